/** Contacts, suppressions and erasures in the database: who may be written to, how often, and that who is forgotten stays so. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Sql } from '../../database/client.ts';
import {
  type ContactStatement,
  findRecipient,
  readRecipient,
  recordContact,
} from '../../database/contacts.ts';
import { eraseOwner } from '../../database/erasures.ts';
import { saveContact } from '../../database/order-contacts.ts';
import { basisFor } from '../../database/recovery-basis.ts';
import { isSuppressed, suppress } from '../../database/suppressions.ts';
import { createActivities } from '../../activities/create-activities.ts';
import { anOrder, aReservation, resetCheckouts } from '../support/checkouts.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let sql: Sql;

beforeAll(async () => {
  database = await createTestDatabase({ catalogue: 'test' });
  sql = database.sql;
});
beforeEach(async () => {
  await resetCheckouts(sql);
  await sql`TRUNCATE contacts, contact_requests, suppressions, erasures, objections, outbox, carts`;
});
afterAll(() => database.drop());

const says = (more: Partial<ContactStatement> = {}): Promise<string> =>
  recordContact(sql, {
    ownerHash: 'o1',
    ownerKind: 'guest',
    email: 'a@x.example',
    addressHash: 'hash of a',
    isConsent: true,
    source: 'contact',
    requestId: 'r1',
    ...more,
  });
const token = (issuedAt: number, more: Partial<ContactStatement> = {}) =>
  says({ source: 'token', ownerKind: 'customer', issuedAt, ...more });
const basis = (ownerHash = 'o1', max = 6) => sql.begin((tx) => basisFor(tx, ownerHash, max));

let key = 0;
const promise = (ownerHash = 'o1', addressHash = 'hash of a', purpose = 'recovery') => sql`
  INSERT INTO outbox (purpose, key, payload, owner_hash, address_hash)
  VALUES (${purpose}, ${`k${(key += 1)}`}, '{}', ${ownerHash}, ${addressHash})`;
const pending = async () =>
  (await sql`SELECT FROM outbox WHERE sent_at IS NULL AND cancelled_at IS NULL`).count;

async function order(ownerHash: string, checkoutId = 'c1') {
  const activities = createActivities({ sql });
  const placed = { ...anOrder(checkoutId), ownerHash };
  await activities.reserveStock(aReservation({ checkoutId, items: placed.priced.lines, ownerHash }));
  expect(await activities.createOrder(placed)).toMatchObject({ status: 'placed' });
}

describe('a contact', () => {
  test('is found by its owner and by a random id that stays', async () => {
    await says({ locale: 'de', timeZone: 'Europe/Berlin' });
    const recipient = await readRecipient(sql, 'o1');
    expect(recipient).toMatchObject({ email: 'a@x.example', locale: 'de', timeZone: 'Europe/Berlin' });
    expect(Buffer.from(recipient?.contactId ?? '', 'base64url')).toHaveLength(16);
    await says({ email: 'b@x.example', addressHash: 'hash of b' });
    expect(await findRecipient(sql, recipient?.contactId ?? '')).toMatchObject({
      ownerHash: 'o1',
      email: 'b@x.example',
      locale: 'de',
    });
  });

  test('holds when, where and by which request consent was given', async () => {
    await says({ requestId: 'the request' });
    const [row] = await sql`SELECT consent_at, consent_source, consent_request_id FROM contacts`;
    expect(row).toEqual({
      consent_at: expect.any(Date),
      consent_source: 'contact',
      consent_request_id: 'the request',
    });
  });

  test('is one, however many say it at once', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, index) => says({ email: `a${index}@x.example` })));
    expect((await sql`SELECT FROM contacts`).count).toBe(1);
  });

  test('of a request with a key is recorded once; a late retry undoes no later word', async () => {
    const first = { key: { hash: 'k', fingerprint: 'f', ageMs: 60_000 } };
    expect(await says(first)).toBe('recorded');
    await says({ isConsent: false });
    expect(await says(first)).toBe('repeated');
    expect(await says({ key: { ...first.key, fingerprint: 'other' } })).toBe('reused');
    expect(await basis()).toBeUndefined();
  });
});

describe('the basis of a recovery e-mail', () => {
  test('is consent', async () => {
    expect(await basis()).toBeUndefined();
    await says({ timeZone: 'Europe/Berlin' });
    expect(await basis()).toEqual({
      basis: 'consent',
      addressHash: 'hash of a',
      timeZone: 'Europe/Berlin',
    });
  });

  test('is an earlier order of the same owner where nothing was said about consent', async () => {
    await says({ isConsent: undefined });
    expect(await basis()).toBeUndefined();
    await order('somebody else');
    expect(await basis()).toBeUndefined();
    await order('o1', 'c2');
    expect(await basis()).toMatchObject({ basis: 'customer' });
  });

  test('is none after a no, not even for a customer', async () => {
    await says({ isConsent: false });
    await order('o1');
    expect(await basis()).toBeUndefined();
  });

  test('is none for a suppressed address, whoever agrees', async () => {
    await suppress(sql, { addressHash: 'hash of a', reason: 'unsubscribed', proof: {} });
    await says();
    expect(await basis()).toBeUndefined();
    expect(await readRecipient(sql, 'o1')).toMatchObject({ basis: 'consent', isSuppressed: true });
  });

  test('ends where an address has had its messages of the week, whichever carts they were about', async () => {
    await says();
    await says({ ownerHash: 'o2' });
    await promise('o1');
    await promise('o2');
    expect(await basis('o2', 3)).toBeDefined();
    await promise('o3 which was erased since');
    expect(await basis('o2', 3)).toBeUndefined();
    await sql`UPDATE outbox SET created_at = now() - interval '8 days' WHERE owner_hash = 'o1'`;
    expect(await basis('o2', 3)).toBeDefined();
  });

  test('bounds what carts promise; a promise made again counts once', async () => {
    const activities = createActivities({ sql, recovery: { perAddressMax: 2 } });
    const promised = (ownerHash: string) =>
      activities.promiseRecoveryMail({
        workflowId: `cart:${ownerHash}`,
        cartId: ownerHash,
        ownerHash,
        episode: 1,
        step: 1,
        idleSince: Date.now(),
        version: 1,
      });
    for (const ownerHash of ['o1', 'o2', 'o3']) await says({ ownerHash });
    expect([await promised('o1'), await promised('o1'), await promised('o2')]).toEqual(
      Array.from({ length: 3 }, () => 'promised'),
    );
    expect(await promised('o3')).toBe('noBasis');
    expect(await promised('o2')).toBe('promised');
    const rows = await sql`SELECT DISTINCT address_hash FROM outbox WHERE purpose = 'recovery'`;
    expect([...rows]).toEqual([{ address_hash: 'hash of a' }]);
  });

  test('holds for as many promises as are allowed, when fifty are made at once', async () => {
    const owners = Array.from({ length: 50 }, (_, index) => `owner ${index}`);
    for (const ownerHash of owners) await says({ ownerHash });
    await Promise.all(
      owners.map((ownerHash) =>
        sql.begin(async (tx) => {
          const found = await basisFor(tx, ownerHash, 6);
          if (!found) return;
          await tx`INSERT INTO outbox (purpose, key, payload, owner_hash, address_hash)
            VALUES ('recovery', ${ownerHash}, '{}', ${ownerHash}, ${found.addressHash})`;
        }),
      ),
    );
    expect(await pending()).toBe(6);
  });
});

describe('a suppression', () => {
  test('keeps its first reason, and takes back what is promised to the address by all carts', async () => {
    await says();
    await says({ ownerHash: 'o2' });
    await promise('o1');
    await promise('o2');
    await promise('o3', 'hash of b');
    const asked = { addressHash: 'hash of a', proof: { requestId: 'r9' } };
    expect(await suppress(sql, { ...asked, reason: 'unsubscribed' })).toBe(true);
    expect(await suppress(sql, { ...asked, reason: 'bounced' })).toBe(false);
    expect(await pending()).toBe(1);
    const [row] = await sql`SELECT reason, proof FROM suppressions`;
    expect(row).toEqual({ reason: 'unsubscribed', proof: { requestId: 'r9' } });
    expect(await isSuppressed(sql, 'hash of a')).toBe(true);
  });
});

describe('an erasure', () => {
  const erase = (ownerHash = 'o1') => eraseOwner(sql, { ownerHash, actor: 'customer:o1', requestId: 'r' });

  test('deletes every address of the owner and no one else’s, and takes back what is promised', async () => {
    await says();
    await says({ ownerHash: 'o2', addressHash: 'hash of b', email: 'b@x.example' });
    await saveContact(sql, 'c1', 'o1', { email: 'a@x.example' });
    await saveContact(sql, 'draft:1', 'o1', { email: 'a@x.example' });
    await saveContact(sql, 'c2', 'o2', { email: 'b@x.example' });
    await order('o1');
    await promise('o1');
    await promise('o2', 'hash of b');
    expect(await erase()).toEqual({ contacts: 1, checkouts: 2, messages: 2 });
    expect(await erase()).toEqual({ contacts: 0, checkouts: 0, messages: 0 });
    expect(await pending()).toBe(1);
    expect(await readRecipient(sql, 'o1')).toBeUndefined();
    expect((await sql`SELECT FROM order_contacts`).count).toBe(1);
    expect((await sql`SELECT FROM orders`).count).toBe(1);
    const rows = await sql`SELECT owner_hash, actor, request_id FROM erasures`;
    expect(rows[0]).toEqual({ owner_hash: 'o1', actor: 'customer:o1', request_id: 'r' });
  });

  test('is not undone by a token from before, nor by one that does not say when it was issued', async () => {
    const before = Date.now() - 1_000;
    await token(before);
    await erase();
    expect(await token(before)).toBe('erased');
    expect(await token(0)).toBe('erased');
    expect(await readRecipient(sql, 'o1')).toBeUndefined();
    expect(await token(Date.now() + 1_000)).toBe('recorded');
    expect(await readRecipient(sql, 'o1')).toMatchObject({ basis: 'consent' });
  });

  test('is not undone by the retry of a request from before', async () => {
    const request = { key: { hash: 'k', fingerprint: 'f', ageMs: 60_000 } };
    await says(request);
    await erase();
    expect(await says(request)).toBe('repeated');
    expect(await readRecipient(sql, 'o1')).toBeUndefined();
  });

  test('leaves no basis behind: who was forgotten is a customer again with the next order, not by those before', async () => {
    await says({ isConsent: undefined });
    await order('o1');
    await erase();
    await says({ isConsent: undefined });
    expect(await basis()).toBeUndefined();
    await order('o1', 'c2');
    expect(await basis()).toMatchObject({ basis: 'customer' });
  });

  test('and tokens at the same time leave nothing of what was said before it', async () => {
    for (let round = 0; round < 20; round += 1) {
      const ownerHash = `owner ${round}`;
      const before = Date.now() - 1_000;
      await Promise.all([
        token(before, { ownerHash }),
        erase(ownerHash),
        token(before, { ownerHash }),
        token(before, { ownerHash }),
      ]);
      expect(await readRecipient(sql, ownerHash)).toBeUndefined();
    }
  });
});
