/** What an abandoned cart leaves in the database: whom it may write to, when, and once. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createActivities } from '../../activities/create-activities.ts';
import type { PromiseRecovery, RecoveryMetrics } from '../../activities/promise-recovery-mail.ts';
import { createOrder } from '../../database/orders.ts';
import { anOrder } from '../support/checkouts.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aLine, aPublication, aState } from '../support/publication.ts';
import { giveContact, promisedMails, suppress } from '../support/recovery.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ catalogue: 'test' });
});
afterAll(() => database?.drop());

const counted: string[] = [];
const metrics: RecoveryMetrics = {
  recordAbandoned: () => void counted.push('abandoned'),
  recordPromised: (step) => void counted.push(`promised ${step}`),
  recordRecovered: (by) => void counted.push(`recovered by ${by}`),
};
beforeEach(() => void counted.splice(0));

const SINCE = Date.parse('2026-11-20T12:00:00.000Z');

let carts = 0;

/** A published cart at version 3 and the message that it wants to promise. */
async function abandoned(more: Partial<PromiseRecovery> = {}): Promise<PromiseRecovery> {
  carts += 1;
  const state = aState({
    cartId: `cart ${carts}`,
    ownerHash: `owner ${carts}`,
    lines: [aLine()],
    version: 3,
    updatedAt: SINCE,
  });
  const publication = aPublication(state, { workflowId: `cart:g:${carts}` });
  await activities().publishCart(publication);
  const { workflowId } = publication;
  const { cartId, ownerHash, version } = state;
  return { workflowId, cartId, ownerHash, episode: 3, step: 1, idleSince: SINCE, version, ...more };
}

const activities = (quietHours?: { from: number; to: number }) =>
  createActivities({
    sql: database.sql,
    recovery: { metrics, timeZone: 'UTC', ...(quietHours ? { quietHours } : {}) },
  });

async function abandonedAt({ workflowId }: PromiseRecovery): Promise<number | undefined> {
  const [row] = await database.sql<{ at: Date | null }[]>`
    SELECT abandoned_at AS at FROM carts WHERE workflow_id = ${workflowId}`;
  return row?.at?.getTime();
}

describe('a promise', () => {
  test('lies in the outbox once, however often it is made', async () => {
    const promise = await abandoned();
    await giveContact(database.sql, promise.ownerHash);
    const { version: _now, ...message } = promise;
    for (let times = 0; times < 3; times += 1) {
      expect(await activities().promiseRecoveryMail(promise)).toBe('promised');
    }
    const [mail, ...others] = await promisedMails(database.sql, promise.ownerHash);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ key: `${promise.cartId}:3:1`, payload: message });
    expect(Math.abs((mail?.dueAt.getTime() ?? 0) - Date.now())).toBeLessThan(30_000);
    expect(await abandonedAt(promise)).toBe(SINCE);
    expect(counted).toEqual(['abandoned', 'promised 1']);
  });

  test('made by many at once is one', async () => {
    const promise = await abandoned();
    await giveContact(database.sql, promise.ownerHash);
    const made = Array.from({ length: 8 }, () => activities().promiseRecoveryMail(promise));
    expect(new Set(await Promise.all(made))).toEqual(new Set(['promised']));
    expect(await promisedMails(database.sql, promise.ownerHash)).toHaveLength(1);
    expect(counted.sort()).toEqual(['abandoned', 'promised 1']);
  });

  test('holds no address', async () => {
    const promise = await abandoned();
    await giveContact(database.sql, promise.ownerHash);
    await activities().promiseRecoveryMail(promise);
    const rows = await database.sql`SELECT * FROM outbox WHERE owner_hash = ${promise.ownerHash}`;
    expect(JSON.stringify(rows)).not.toContain('@');
  });
});

describe('who may be written to', () => {
  test.each([
    ['nobody is known', {}, 'noBasis'],
    ['an address without consent', { contact: { hasConsent: false } }, 'noBasis'],
    ['an address with consent', { contact: {} }, 'promised'],
    ['a customer of before', { contact: { hasConsent: false }, hasOrdered: true }, 'promised'],
    ['a customer of before, without an address', { hasOrdered: true }, 'noBasis'],
    ['who has unsubscribed', { contact: {}, isSuppressed: true }, 'noBasis'],
  ] as const)('%s', async (_title, shopper, expected) => {
    const promise = await abandoned();
    const { contact, hasOrdered, isSuppressed } = {
      hasOrdered: false,
      isSuppressed: false,
      contact: undefined,
      ...shopper,
    };
    if (contact) {
      const { addressHash } = await giveContact(database.sql, promise.ownerHash, contact);
      if (isSuppressed) await suppress(database.sql, addressHash);
    }
    if (hasOrdered) {
      const { ownerHash } = promise;
      const order = anOrder(`checkout of ${ownerHash}`, undefined, { ownerHash });
      expect((await createOrder(database.sql, order)).status).toBe('placed');
    }
    expect(await activities().promiseRecoveryMail(promise)).toBe(expected);
    expect(await promisedMails(database.sql, promise.ownerHash)).toHaveLength(
      expected === 'promised' ? 1 : 0,
    );
    expect(await abandonedAt(promise)).toBe(SINCE);
  });
});

describe('the row', () => {
  test.each([
    ['of a cart that has moved on', { version: 2 }],
    ['of another generation', { cartId: 'another' }],
  ])('%s is not marked', async (_title, other) => {
    const promise = await abandoned();
    await activities().promiseRecoveryMail({ ...promise, ...other });
    expect(await abandonedAt(promise)).toBeUndefined();
    expect(counted).toEqual([]);
  });

  test('is cleared for the absence that it shows, and for no other', async () => {
    const promise = await abandoned();
    await activities().promiseRecoveryMail(promise);
    await activities().endAbandonment({ ...promise, idleSince: SINCE - 1 });
    expect(await abandonedAt(promise)).toBe(SINCE);
    await activities().endAbandonment(promise);
    await activities().endAbandonment(promise);
    expect(await abandonedAt(promise)).toBeUndefined();
    expect(counted).toEqual(['abandoned', 'recovered by visit']);
  });
});

describe('quiet hours', () => {
  /** Four hours around now, by the shop's clock. */
  const now = new Date();
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  const quiet = { from: (minute + 1_320) % 1_440, to: (minute + 120) % 1_440 };

  const dueInMinutes = async ({ ownerHash }: PromiseRecovery): Promise<number[]> =>
    (await promisedMails(database.sql, ownerHash)).map(({ dueAt }) =>
      Math.round((dueAt.getTime() - now.getTime()) / 60_000),
    );

  test('hold a message up until they are over where the shopper is', async () => {
    const here = await abandoned();
    await giveContact(database.sql, here.ownerHash);
    const elsewhere = await abandoned();
    // Eleven hours away from UTC, whatever the season.
    await giveContact(database.sql, elsewhere.ownerHash, { timeZone: 'Etc/GMT+11' });
    const nowhere = await abandoned();
    await giveContact(database.sql, nowhere.ownerHash, { timeZone: 'Nowhere/Land' });
    for (const promise of [here, elsewhere, nowhere]) await activities(quiet).promiseRecoveryMail(promise);
    const [due = 0] = await dueInMinutes(here);
    expect(due).toBeGreaterThan(115);
    expect(due).toBeLessThanOrEqual(120);
    expect((await dueInMinutes(elsewhere))[0]).toBeLessThan(2);
    expect(await dueInMinutes(nowhere)).toEqual([due]);
  });

  test('do not make two messages come at once', async () => {
    const promise = await abandoned();
    await giveContact(database.sql, promise.ownerHash);
    await activities(quiet).promiseRecoveryMail(promise);
    await database.sql`
      UPDATE outbox SET created_at = now() - interval '40 minutes' WHERE owner_hash = ${promise.ownerHash}`;
    await activities(quiet).promiseRecoveryMail({ ...promise, step: 2 });
    const [first = 0, second = 0] = await dueInMinutes(promise);
    expect(second - first).toBeGreaterThanOrEqual(19);
    expect(second - first).toBeLessThanOrEqual(22);
  });
});
