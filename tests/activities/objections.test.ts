/** A no to recovery e-mails stays when the address goes: by erasure, by retention, by a guest who signs in. A later yes counts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createActivities } from '../../activities/create-activities.ts';
import type { Sql } from '../../database/client.ts';
import {
  type ContactStatement,
  readRecipient,
  recordContact,
  takeOverContact,
} from '../../database/contacts.ts';
import { eraseOwner } from '../../database/erasures.ts';
import { anOrder, aReservation, resetCheckouts } from '../support/checkouts.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { retain } from '../support/retention.ts';

let database: TestDatabase;
let sql: Sql;

beforeAll(async () => {
  database = await createTestDatabase({ catalogue: 'test' });
  sql = database.sql;
});
beforeEach(async () => {
  await resetCheckouts(sql);
  await sql`TRUNCATE contacts, contact_requests, erasures, objections, outbox`;
});
afterAll(() => database.drop());

const says = (more: Partial<ContactStatement> = {}): Promise<string> =>
  recordContact(sql, {
    ownerHash: 'ada',
    ownerKind: 'customer',
    email: 'a@x.example',
    addressHash: 'hash of a',
    isConsent: undefined,
    source: 'checkout',
    requestId: 'r1',
    ...more,
  });
const guestSays = (more: Partial<ContactStatement> = {}) =>
  says({ ownerHash: 'guest', ownerKind: 'guest', ...more });
const basisOf = async (ownerHash = 'ada') => (await readRecipient(sql, ownerHash))?.basis;
const objections = async () =>
  (await sql<{ owner: string }[]>`SELECT owner_hash AS owner FROM objections`).map(({ owner }) => owner);

/** By which somebody may be written to who has not said no. */
async function order(ownerHash = 'ada'): Promise<void> {
  const activities = createActivities({ sql });
  const placed = { ...anOrder('c1'), ownerHash };
  await activities.reserveStock(aReservation({ checkoutId: 'c1', items: placed.priced.lines, ownerHash }));
  expect(await activities.createOrder(placed)).toMatchObject({ status: 'placed' });
}

const goes: [how: string, forget: () => Promise<unknown>][] = [
  ['erased', () => eraseOwner(sql, { ownerHash: 'ada', actor: 'customer:ada', requestId: 'r' })],
  [
    'aged out',
    async () => {
      await sql`UPDATE contacts SET updated_at = now() - interval '80 days'`;
      return await retain(sql, { limit: 1 });
    },
  ],
];

describe.each(goes)('a customer who has said no and whose address was %s', (_how, forget) => {
  beforeEach(async () => {
    await says({ isConsent: true });
    await says({ isConsent: false });
    await forget();
  });

  test('is not written to after the next order, nor by a token from before the no', async () => {
    expect([await readRecipient(sql, 'ada'), await objections()]).toEqual([undefined, ['ada']]);
    await order();
    await says();
    expect(await basisOf()).toBeNull();
    await sql`TRUNCATE erasures`;
    const [said] = await sql<{ at: Date }[]>`SELECT objected_at AS at FROM objections`;
    const issuedAt = (said?.at.getTime() ?? 0) - 1_000;
    expect(await says({ source: 'token', isConsent: true, issuedAt })).toBe('recorded');
    expect(await basisOf()).toBeNull();
    // And again, however often.
    await forget();
    await says();
    expect(await basisOf()).toBeNull();
  });

  test('is written to after a later yes, and the no does not come back', async () => {
    await says({ isConsent: true, source: 'contact' });
    expect(await basisOf()).toBe('consent');
    expect(await objections()).toEqual([]);
    await forget();
    expect(await objections()).toEqual([]);
  });

  test('has a no and a time left, nothing else', async () => {
    const [row] = await sql<{ objected_at: Date }[]>`SELECT * FROM objections`;
    expect(row).toEqual({ owner_hash: 'ada', objected_at: expect.any(Date) });
    expect(Date.now() - Number(row?.objected_at)).toBeLessThan(60_000);
  });
});

test('who agreed, or said nothing, leaves no objection behind; nor does a guest, who never comes back as the same one', async () => {
  await says({ isConsent: true });
  await says({ ownerHash: 'silent' });
  await guestSays({ isConsent: false });
  await sql`UPDATE contacts SET updated_at = now() - interval '80 days'`;
  expect(await retain(sql)).toMatchObject({ contacts: 3 });
  expect(await objections()).toEqual([]);
});

describe('a guest who has said no and signs in', () => {
  test('is a customer who has said no, also where the customer has a contact of before', async () => {
    await says();
    await order();
    expect(await basisOf()).toBe('customer');
    await guestSays({ isConsent: false });
    await takeOverContact(sql, 'guest', 'ada');
    expect(await basisOf()).toBeNull();
    expect(await readRecipient(sql, 'guest')).toBeUndefined();
  });

  test('has taken an earlier consent back', async () => {
    await says({ isConsent: true });
    await guestSays({ isConsent: false });
    await takeOverContact(sql, 'guest', 'ada');
    await takeOverContact(sql, 'guest', 'ada');
    expect(await basisOf()).toBeNull();
  });

  test('before the customer agreed, has agreed since', async () => {
    await guestSays({ isConsent: false });
    await says({ isConsent: true });
    await takeOverContact(sql, 'guest', 'ada');
    expect(await basisOf()).toBe('consent');
  });

  test('and was erased meanwhile, is one all the same', async () => {
    await guestSays({ isConsent: false });
    await eraseOwner(sql, { ownerHash: 'guest', actor: 'operator:x', requestId: 'r' });
    await takeOverContact(sql, 'guest', 'ada');
    expect(await objections()).toEqual(['ada']);
    await order();
    await says();
    expect(await basisOf()).toBeNull();
  });
});

test('a customer’s no outlives their address when a silent guest becomes them', async () => {
  await says({ isConsent: false });
  await eraseOwner(sql, { ownerHash: 'ada', actor: 'customer:ada', requestId: 'r' });
  await guestSays();
  await takeOverContact(sql, 'guest', 'ada');
  await order();
  expect(await basisOf()).toBeNull();
});
