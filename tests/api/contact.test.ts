/** `PUT /cart/contact`, the claims of customers' tokens and the consent at checkout: what is taken down, and what is told. */
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

describe('a customer’s token', () => {
  const write = async (claims: Record<string, unknown>, subject = `tokened-${(count += 1)}`) => {
    const authorization = `Bearer ${await customerToken(subject, claims)}`;
    const answer = await api.fetch(
      '/cart/items',
      send('POST', { sku: 'T-A', quantity: 1 }, { authorization }),
    );
    expect(answer.status, answer.text).toBe(201);
    await api.api.settled();
    return { authorization };
  };
  const iat = (secondsAgo = 60) => Math.floor(Date.now() / 1_000) - secondsAgo;

  test('brings address, consent, language and time zone with its first write', async () => {
    const email = freshEmail();
    const locale = 'de_AT';
    await write({ email, marketing_consent: true, locale, zoneinfo: 'Europe/Vienna', iat: iat() });
    expect(await contactOf(email)).toMatchObject({
      owner_kind: 'customer',
      consent_source: 'token',
      locale: 'de-AT',
      time_zone: 'Europe/Vienna',
    });
  });

  test('brings nothing with a read', async () => {
    const email = freshEmail();
    const authorization = `Bearer ${await customerToken('reader', { email, marketing_consent: true, iat: iat() })}`;
    await api.fetch('/cart', { headers: { authorization } });
    await api.api.settled();
    expect(await contactOf(email)).toBeUndefined();
  });

  test.each<[string, Record<string, unknown>]>([
    ['is not verified', { email: 'unverified@x.example', email_verified: false }],
    ['is none', { email: 'unverified@x.example\r\nBcc: b@x.example' }],
    ['is no text', { email: ['unverified@x.example'] }],
  ])('whose address %s brings none, and its writes go on', async (_what, claims) => {
    await write({ ...claims, marketing_consent: true, iat: iat() });
    expect((await api.sql`SELECT FROM contacts WHERE email LIKE 'unverified%'`).count).toBe(0);
  });

  test('with nonsense about language and time zone brings the address', async () => {
    const email = freshEmail();
    await write({ email, locale: 7, zoneinfo: 'Mars/Base', iat: iat() });
    expect(await contactOf(email)).toMatchObject({ locale: null, time_zone: null, consent_at: null });
  });

  test('is heard once: further writes cost no statement more', async () => {
    const email = freshEmail();
    const { authorization } = await write({ email, marketing_consent: true, iat: iat() });
    await api.sql`UPDATE contacts SET updated_at = '2020-01-01' WHERE email = ${email}`;
    for (let index = 0; index < 3; index += 1)
      await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, { authorization }));
    await api.api.settled();
    expect((await contactOf(email))?.updated_at).toEqual(new Date('2020-01-01'));
  });

  test('of the same customer with another claim is heard anew', async () => {
    const email = freshEmail();
    await write({ email, iat: iat() }, 'moving');
    const next = freshEmail();
    await write({ email: next, iat: iat() }, 'moving');
    expect(await contactOf(next)).toBeDefined();
    expect(await contactOf(email)).toBeUndefined();
  });

  test('from before a no does not undo it', async () => {
    const email = freshEmail();
    const claims = { email, marketing_consent: true, iat: iat() };
    const customer = await write(claims, 'refuser');
    expect(state(await put({ marketingConsent: false }, customer))).toEqual(NOT);
    await write({ ...claims, locale: 'fr' }, 'refuser');
    expect(await contactOf(email)).toMatchObject({ consent_at: null });
  });

  test('whose address cannot be saved does not fail the write; the next one tries again', async () => {
    const email = freshEmail();
    const claims = { email, marketing_consent: true, iat: iat() };
    await api.sql`ALTER TABLE contacts RENAME TO contacts_elsewhere`;
    const { authorization } = await write(claims, 'unlucky').finally(
      () => api.sql`ALTER TABLE contacts_elsewhere RENAME TO contacts`,
    );
    expect(await contactOf(email)).toBeUndefined();
    await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, { authorization }));
    await api.api.settled();
    expect(await contactOf(email)).toBeDefined();
    expect(JSON.stringify(api.logLines())).not.toContain(email);
  });

  test('serves for the address of a consent', async () => {
    const email = freshEmail();
    const authorization = `Bearer ${await customerToken('short', { email, iat: iat() })}`;
    expect(state(await put({ marketingConsent: true }, { authorization }))).toEqual(AGREED);
    expect(await contactOf(email)).toMatchObject({ consent_source: 'contact' });
  });
});
