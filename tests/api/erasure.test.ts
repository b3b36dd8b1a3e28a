/** Being forgotten over HTTP: by oneself, by an operator, twice, at the same time as an address comes in, and with Temporal away. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../api/problem.ts';
import { saveContact } from '../../database/order-contacts.ts';
import {
  type Answer,
  bearer,
  createTestApi,
  customerToken,
  expectProblem,
  newGuest,
  send,
  type TestApi,
} from './test-api.ts';

type Headers = Record<string, string>;

let api: TestApi;
let operator: Headers;
beforeAll(async () => {
  api = await createTestApi();
  operator = { authorization: `Bearer ${await customerToken('op', { roles: ['operator'] })}` };
});
afterAll(() => api.close());

let count = 0;
const freshEmail = (): string => `forget.${(count += 1)}@x.example`;
const put = (email: string, headers: Headers): Promise<Answer> =>
  api.fetch('/cart/contact', send('PUT', { email, marketingConsent: true }, headers));
const forget = (headers: Headers): Promise<Answer> => api.fetch('/me', send('DELETE', undefined, headers));
const eraseCart = (cartId: string, headers = operator): Promise<Answer> =>
  api.fetch('/admin/erasures', send('POST', { cartId }, headers));
const add = (headers: Headers): Promise<Answer> =>
  api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, headers));
const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1_000) - seconds;

async function customer(claims: Record<string, unknown> = {}, subject = `forgotten-${(count += 1)}`) {
  return { authorization: `Bearer ${await customerToken(subject, { iat: secondsAgo(60), ...claims })}` };
}

/** Where an address stands, anywhere in the database. */
async function tablesWith(email: string): Promise<string[]> {
  const tables = await api.sql<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await api.sql`
      SELECT FROM ${api.sql(name)} AS entry WHERE entry::text ILIKE ${`%${email}%`} LIMIT 1`;
    if (rows.length > 0) found.push(name);
  }
  return found;
}

const ownerOf = async (cartId: unknown): Promise<string> => {
  const [row] = await api.sql<{ ownerHash: string }[]>`
    SELECT owner_hash AS "ownerHash" FROM carts WHERE cart_id = ${cartId as string}`;
  return row?.ownerHash ?? '';
};

describe('a customer', () => {
  test('is forgotten everywhere, twice like once; the cart is told, and a row says so without a person', async () => {
    const email = freshEmail();
    const ada = await customer({ email, marketing_consent: true });
    const ownerHash = await ownerOf((await add(ada)).body.id);
    await api.api.settled();
    await saveContact(api.sql, `co-${ownerHash}`, ownerHash, { email, shippingAddress: { name: 'Ada' } });
    expect(await tablesWith(email)).toEqual(expect.arrayContaining(['contacts', 'order_contacts']));
    api.signals.length = 0;
    for (const requestId of ['erase-1', 'erase-2']) {
      const answer = await forget({ ...ada, 'x-request-id': requestId });
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(await tablesWith(email)).toEqual([]);
    }
    expect(api.signals[0]).toEqual({
      name: 'stopRecovery',
      workflowId: expect.stringContaining('cart:u:'),
      what: 'erased',
    });
    const rows = await api.sql`
      SELECT actor, request_id FROM erasures WHERE owner_hash = ${ownerHash} ORDER BY erasure_id`;
    expect([...rows]).toEqual([
      { actor: `customer:${ownerHash}`, request_id: 'erase-1' },
      { actor: `customer:${ownerHash}`, request_id: 'erase-2' },
    ]);
    expect((await api.fetch('/cart', { headers: ada })).body.totalQuantity).toBe(1);
    expect(JSON.stringify(api.logLines())).not.toContain(email);
  });

  test('is not brought back by writes with a token from before; a later one counts', async () => {
    const email = freshEmail();
    const claims = { email, marketing_consent: true };
    const before = await customer(claims, 'returning');
    await forget(before);
    await add(before);
    await add(await customer({ ...claims, locale: 'de', iat: secondsAgo(1) }, 'returning'));
    await add(await customer({ ...claims, iat: undefined }, 'returning'));
    await api.api.settled();
    expect(await tablesWith(email)).toEqual([]);
    const short = await api.fetch('/cart/contact', send('PUT', { marketingConsent: true }, before));
    expectProblem(short, 410, 'erased');
    expect(await tablesWith(email)).toEqual([]);
    await api.sql`UPDATE erasures SET erased_at = erased_at - interval '1 hour'`;
    await add(await customer({ ...claims, locale: 'fr' }, 'returning'));
    await api.api.settled();
    expect(await tablesWith(email)).toEqual(['contacts']);
  });

  test('is not brought back by a token whose clock is ahead', async () => {
    const email = freshEmail();
    const ahead = await customer({ email, marketing_consent: true, iat: secondsAgo(-3_600) }, 'ahead');
    await forget(ahead);
    await add(ahead);
    await api.api.settled();
    expect(await tablesWith(email)).toEqual([]);
  });

  test('is forgotten as the guest that they were before the merge', async () => {
    const email = freshEmail();
    const guest = await newGuest(api);
    const guestHash = await ownerOf((await api.fetch('/cart', { headers: guest })).body.id);
    await saveContact(api.sql, `co-${guestHash}`, guestHash, { email });
    const ada = await customer();
    await api.fetch('/cart/merge', send('POST', {}, { ...guest, ...ada }));
    await put(email, ada);
    await forget(ada);
    expect(await tablesWith(email)).toEqual([]);
  });

  test('is forgotten under the address of the token wherever it stands; what strangers gave besides stays', async () => {
    const email = freshEmail();
    const strangers = freshEmail();
    const guest = await newGuest(api);
    const guestHash = await ownerOf((await api.fetch('/cart', { headers: guest })).body.id);
    await put(email.toUpperCase(), guest);
    await saveContact(api.sql, `co1-${guestHash}`, guestHash, { email });
    await saveContact(api.sql, `co2-${guestHash}`, guestHash, { email: strangers });
    await forget(await customer({ email }));
    expect(await tablesWith(email)).toEqual([]);
    expect(await tablesWith(strangers)).toEqual(['order_contacts']);
  });

  test('does not reach other people by an address that was only typed', async () => {
    const victim = freshEmail();
    const guest = await newGuest(api);
    await put(victim, guest);
    const attacker = await customer();
    await put(victim, attacker);
    await forget(attacker);
    expect((await api.sql`SELECT FROM contacts WHERE email = ${victim}`).count).toBe(1);
  });

  test('is forgotten while Temporal is away: the database is what senders obey', async () => {
    const away = () => Promise.reject(new Problem('dependency_unavailable'));
    const recoverySignals = { contactGiven: away, recovered: away, stopRecovery: away };
    const apart = await createTestApi({ dependencies: { recoverySignals } });
    const ada = await bearer('ada');
    const body = { email: freshEmail(), marketingConsent: true };
    expect((await apart.fetch('/cart/contact', send('PUT', body, ada))).status).toBe(200);
    expect((await apart.fetch('/me', send('DELETE', undefined, ada))).status).toBe(204);
    expect((await apart.sql`SELECT FROM contacts`).count).toBe(0);
    await apart.close();
  });

  test('is not told that it is done while PostgreSQL is away', async () => {
    const broken = await createTestApi();
    await broken.sql.end({ timeout: 0 });
    expectProblem(
      await broken.fetch('/me', send('DELETE', undefined, await bearer('ada'))),
      503,
      'dependency_unavailable',
    );
    await broken.close();
  });

  test('and an address that comes in at the same time: it is either gone, or was given after', async () => {
    for (let round = 0; round < 15; round += 1) {
      const email = freshEmail();
      const ada = await customer();
      await put(email, ada);
      const ownerHash = (await api.sql`SELECT owner_hash FROM contacts WHERE email = ${email}`)[0]
        ?.owner_hash as string;
      await Promise.all([put(email, ada), forget(ada), put(email, ada), forget(ada)]);
      const [left] = await api.sql`
        SELECT updated_at > (SELECT max(erased_at) FROM erasures WHERE owner_hash = ${ownerHash}) - interval '1 second' AS "isLater"
        FROM contacts WHERE owner_hash = ${ownerHash}`;
      if (left) expect(left).toEqual({ isLater: true });
      await forget(ada);
      expect(await tablesWith(email)).toEqual([]);
    }
  });
});

test('guests and nobody cannot ask for it: nobody knows who they are', async () => {
  expectProblem(await forget({}), 401, 'unauthenticated');
  expectProblem(await forget(await newGuest(api)), 401, 'unauthenticated');
});

describe('an operator', () => {
  test('forgets a guest by the cart’s public id, and again; the audit row names the operator by pseudonym', async () => {
    const email = freshEmail();
    const guest = await newGuest(api);
    await put(email, guest);
    const cartId = (await api.fetch('/cart', { headers: guest })).body.id as string;
    const first = await eraseCart(cartId);
    expect(first.status, first.text).toBe(200);
    expect(first.body).toMatchObject({ ownerKind: 'guest', contacts: 1, checkouts: 0, messages: 0 });
    expect((await eraseCart(cartId)).body).toMatchObject({ contacts: 0 });
    expect(await tablesWith(email)).toEqual([]);
    const [row] = await api.sql`SELECT actor FROM erasures ORDER BY erasure_id DESC LIMIT 1`;
    expect(row?.actor).toMatch(/^operator:[A-Za-z0-9_-]{32}$/);
  });

  test('is told that a cart is unknown', async () => {
    expectProblem(await eraseCart('never-was'), 404, 'cart_not_found');
    expectProblem(await eraseCart('not an id'), 422, 'validation_failed');
  });

  test('is the only one who may', async () => {
    expectProblem(await eraseCart('never-was', await bearer('ada')), 403, 'forbidden');
  });
});
