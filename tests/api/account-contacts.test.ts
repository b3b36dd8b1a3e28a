/** What customers' tokens say about mails: heard with the first write of each, and never in the way of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, createTestApi, customerToken, send, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

let count = 0;
const freshEmail = (): string => `Account.${(count += 1)}@x.example`;
const put = (body: unknown, headers: Record<string, string>): Promise<Answer> =>
  api.fetch('/cart/contact', send('PUT', body, headers));
const contactOf = async (email: string) => (await api.sql`SELECT * FROM contacts WHERE email = ${email}`)[0];
const state = ({ text }: Answer) => JSON.parse(text) as unknown;
const AGREED = { marketingConsent: true, basis: 'consent' };
const NOT = { marketingConsent: false, basis: null };

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
    const { authorization } = await write(claims, 'unlucky');
    await api.sql`ALTER TABLE contacts_elsewhere RENAME TO contacts`;
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
