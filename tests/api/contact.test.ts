/** `PUT /cart/contact`: what is taken down, what is told, and what is refused. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contactStateSchema } from '../../api/contact-schemas.ts';
import { suppress } from '../../database/suppressions.ts';
import { createAddressHashes } from '../../mail/mail-address.ts';
import {
  type Answer,
  createTestApi,
  customerToken,
  ENVIRONMENT,
  expectProblem,
  guestToken,
  newGuest,
  ORIGIN,
  send,
  type TestApi,
} from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterEach(() => {
  api.signals.length = 0;
});
afterAll(() => api.close());

type Headers = Record<string, string>;
const hashes = createAddressHashes(ENVIRONMENT.OWNER_HASH_KEY);

let count = 0;
const freshEmail = (): string => `Shopper.${(count += 1)}@x.example`;
const put = (body: unknown, headers: Headers = {}): Promise<Answer> =>
  api.fetch('/cart/contact', send('PUT', body, headers));
const contactOf = async (email: string) => (await api.sql`SELECT * FROM contacts WHERE email = ${email}`)[0];
const state = ({ text }: Answer) => JSON.parse(text) as unknown;
const AGREED = { marketingConsent: true, basis: 'consent' };
const NOT = { marketingConsent: false, basis: null };

describe('a contact', () => {
  test('of a guest is kept with its proof, told in two fields, and the cart hears that somebody is there', async () => {
    const guest = await newGuest(api);
    const email = freshEmail();
    const body = { email, marketingConsent: true, locale: 'de-at', timeZone: 'Europe/Vienna' };
    const answer = await put(body, { ...guest, 'x-request-id': 'proof-1' });
    expect(answer.status, answer.text).toBe(200);
    expect(contactStateSchema.parse(state(answer))).toEqual(AGREED);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.text).not.toContain('x.example');
    expect(await contactOf(email)).toMatchObject({
      owner_kind: 'guest',
      address_hash: hashes.hashOf(email),
      locale: 'de-AT',
      time_zone: 'Europe/Vienna',
      consent_at: expect.any(Date),
      consent_source: 'contact',
      consent_request_id: 'proof-1',
    });
    expect(api.signals).toEqual([{ name: 'contactGiven', workflowId: expect.stringContaining('cart:g:') }]);
  });

  test('of nobody makes a guest and no cart; the guest’s first line comes under the same token', async () => {
    const email = freshEmail();
    const before = api.carts.received.length;
    const answer = await put({ email, marketingConsent: true });
    const guest = { 'cart-token': guestToken(answer) };
    expect(api.carts.received).toHaveLength(before);
    expect((await api.fetch('/cart', { headers: guest })).body.version).toBe(0);
    const added = await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, guest));
    expect(added.status).toBe(201);
    const [row] = await api.sql`
      SELECT email FROM contacts JOIN carts USING (owner_hash) WHERE cart_id = ${added.body.id as string}`;
    expect(row).toEqual({ email });
  });

  test('comes to a browser as a cookie', async () => {
    const answer = await put(
      { email: freshEmail(), marketingConsent: false },
      { origin: ORIGIN, 'sec-fetch-site': 'same-origin' },
    );
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-cart=.*HttpOnly; Secure; SameSite=Lax$/);
  });

  test('without consent gives nobody a reason to write', async () => {
    expect(state(await put({ email: freshEmail(), marketingConsent: false }))).toEqual(NOT);
  });

  test('ends its consent with a no, and nothing but a yes brings it back', async () => {
    const guest = await newGuest(api);
    const email = freshEmail();
    await put({ email, marketingConsent: true }, guest);
    expect(state(await put({ email, marketingConsent: false }, guest))).toEqual(NOT);
    expect(await contactOf(email)).toMatchObject({ consent_at: null, objected_at: expect.any(Date) });
    expect(state(await put({ email, marketingConsent: true }, guest))).toEqual(AGREED);
  });

  test('whose address has unsubscribed is answered like any other, and stays suppressed', async () => {
    const email = freshEmail();
    await suppress(api.sql, { addressHash: hashes.hashOf(email), reason: 'unsubscribed', proof: {} });
    const answer = await put({ email: email.toUpperCase(), marketingConsent: true });
    expect([answer.status, state(answer)]).toEqual([200, AGREED]);
    expect((await api.sql`SELECT FROM suppressions WHERE address_hash = ${hashes.hashOf(email)}`).count).toBe(
      1,
    );
  });

  test('sent again under its key changes nothing, also after a later word; under another body it is refused', async () => {
    const guest = await newGuest(api);
    const keyed = { ...guest, 'idempotency-key': 'contact-1' };
    const email = freshEmail();
    const body = { email, marketingConsent: true };
    expect((await put(body, keyed)).headers.get('idempotent-replayed')).toBeNull();
    await put({ email, marketingConsent: false }, guest);
    const again = await put(body, keyed);
    expect([again.status, again.headers.get('idempotent-replayed'), state(again)]).toEqual([
      200,
      'true',
      NOT,
    ]);
    expectProblem(await put({ ...body, marketingConsent: false }, keyed), 422, 'idempotency_key_reused');
  });

  test('given fifty times at once is one, and the same for all', async () => {
    const guest = await newGuest(api);
    const email = freshEmail();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => put({ email, marketingConsent: true }, guest)),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await api.sql`SELECT FROM contacts WHERE email = ${email}`).count).toBe(1);
  });

  test('of a guest whose cart was merged is refused like any write of theirs', async () => {
    const guest = await newGuest(api);
    const customer = { authorization: `Bearer ${await customerToken('merged-1')}` };
    expect((await api.fetch('/cart/merge', send('POST', {}, { ...guest, ...customer }))).status).toBe(200);
    const answer = await put({ email: freshEmail(), marketingConsent: true }, guest);
    expectProblem(answer, 409, 'cart_closed');
  });

  test('of a guest goes over to the customer with the merge, with its proof', async () => {
    const guest = await newGuest(api);
    const email = freshEmail();
    await put({ email, marketingConsent: true }, { ...guest, 'x-request-id': 'before-login' });
    const customer = { authorization: `Bearer ${await customerToken('merged-2')}` };
    await api.fetch('/cart/merge', send('POST', {}, { ...guest, ...customer }));
    expect(await contactOf(email)).toMatchObject({
      owner_kind: 'customer',
      consent_request_id: 'before-login',
    });
  });

  test('is answered 503 while PostgreSQL is away, and the cart is not told', async () => {
    const broken = await createTestApi();
    await broken.sql.end({ timeout: 0 });
    const answer = await broken.fetch(
      '/cart/contact',
      send('PUT', { email: freshEmail(), marketingConsent: true }),
    );
    expectProblem(answer, 503, 'dependency_unavailable');
    expect(broken.signals).toEqual([]);
    await broken.close();
  });

  test('is counted among new carts of its address', async () => {
    const limited = await createTestApi({
      environment: { RATE_LIMITS: 'on', RATE_LIMIT_NEW_CARTS_PER_MINUTE: '2' },
    });
    const statuses: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      const body = { email: freshEmail(), marketingConsent: true };
      statuses.push((await limited.fetch('/cart/contact', send('PUT', body))).status);
    }
    expect(statuses).toEqual([200, 200, 429, 429]);
    expect((await limited.sql`SELECT FROM contacts`).count).toBe(2);
    await limited.close();
  });
});

describe('what is refused', () => {
  const fine = { email: 'a@x.example', marketingConsent: true };
  test.each<[string, unknown, string]>([
    ['nothing', {}, 'validation_failed'],
    ['no consent', { email: 'a@x.example' }, 'validation_failed'],
    ['no address', { marketingConsent: true }, 'validation_failed'],
    ['consent as a text', { ...fine, marketingConsent: 'true' }, 'validation_failed'],
    ['a second recipient', { ...fine, email: 'a@x.example, b@x.example' }, 'validation_failed'],
    ['a name around it', { ...fine, email: 'A <a@x.example>' }, 'validation_failed'],
    ['a header behind it', { ...fine, email: 'a@x.example\r\nBcc: b@x.example' }, 'validation_failed'],
    ['a line break behind it', { ...fine, email: 'a@x.example\n' }, 'validation_failed'],
    ['a header before it', { ...fine, email: 'Bcc:b@x.example\r\na@x.example' }, 'validation_failed'],
    ['a NUL', { ...fine, email: 'a\u0000@x.example' }, 'validation_failed'],
    ['letters that look alike', { ...fine, email: 'а@x.example' }, 'validation_failed'],
    ['no domain', { ...fine, email: 'a@localhost' }, 'validation_failed'],
    ['a quoted local part', { ...fine, email: '"a b"@x.example' }, 'validation_failed'],
    ['a local part of 65', { ...fine, email: `${'a'.repeat(65)}@x.example` }, 'validation_failed'],
    ['255 characters', { ...fine, email: `a@${'b'.repeat(245)}.example` }, 'validation_failed'],
    ['a language that is none', { ...fine, locale: 'de_AT!' }, 'validation_failed'],
    ['a long language', { ...fine, locale: `de-${'x'.repeat(40)}` }, 'validation_failed'],
    ['a time zone that is none', { ...fine, timeZone: 'Europe/Atlantis' }, 'validation_failed'],
    ['an offset', { ...fine, timeZone: '+02:00' }, 'validation_failed'],
    ['an unknown field', { ...fine, name: 'Ada' }, 'validation_failed'],
    ['a card number', { ...fine, email: '4111111111111111@x.example' }, 'card_data_rejected'],
  ])('%s', async (_what, body, code) => {
    const answer = await put(body);
    expectProblem(answer, 422, code);
    expect(answer.headers.get('cart-token')).toBeNull();
  });
});
