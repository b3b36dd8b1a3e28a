/** What checkouts hold: all or nothing, once, until their deadline; and never a unit more than there is. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Activities, createActivities } from '../../activities/create-activities.ts';
import { readFacts, setProduct } from '../../database/catalogue.ts';
import { connect, type Sql } from '../../database/client.ts';
import { readReservation } from '../../database/reservations.ts';
import { listHolders } from '../../database/stock.ts';
import {
  anOrder,
  aRelease,
  aReservation,
  MINUTE,
  resetCheckouts,
  stockOf,
  checkStock,
} from '../support/checkouts.ts';
import { sweepHolds } from '../../worker/sweep-holds.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let sql: Sql;
let activities: Activities;

beforeAll(async () => {
  database = await createTestDatabase({ catalogue: 'test' });
  sql = database.sql;
  activities = createActivities({ sql });
});
beforeEach(() => resetCheckouts(sql));
afterEach(() => checkStock(sql));
afterAll(() => database.drop());

const overdue = (more = {}) => aReservation({ heldUntil: Date.now() - 1_000, ...more });
const sweep = (graceMs = 0) => activities.releaseOverdueStock({ graceMs, limit: 100 });

describe('a reservation', () => {
  test('takes units from the available and holds them until its deadline', async () => {
    const request = aReservation({ items: [{ sku: 'T-TEN', quantity: 4 }] });
    expect(await activities.reserveStock(request)).toEqual({ status: 'held', heldUntil: request.heldUntil });
    expect(await stockOf(sql, 'T-TEN')).toEqual({ available: 6, held: 4, sold: 0, initial: 10 });
    expect((await readFacts(sql, ['T-TEN'])).get('T-TEN')?.available).toBe(6);
  });

  test('adds up the lines of one SKU', async () => {
    const items = [3, 4].map((quantity) => ({ sku: 'T-TEN', quantity }));
    await activities.reserveStock(aReservation({ items }));
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ held: 7 });
    const twice = await activities.reserveStock(aReservation({ checkoutId: 'c2', items }));
    expect(twice).toMatchObject({
      status: 'refused',
      refusal: { code: 'out_of_stock', shortages: [{ sku: 'T-TEN', wanted: 7, available: 3 }] },
    });
  });

  test('holds all SKUs or none, and names each one that lacks units with what is available', async () => {
    const outcome = await activities.reserveStock(
      aReservation({
        items: [
          { sku: 'T-ONE', quantity: 2 },
          { sku: 'T-A', quantity: 5 },
          { sku: 'T-TEN', quantity: 11 },
          { sku: 'T-GONE', quantity: 1 },
        ],
      }),
    );
    expect(outcome).toEqual({
      status: 'refused',
      refusal: {
        code: 'out_of_stock',
        detail:
          'T-GONE is out of stock. Only 1 of The only one can be had. Only 10 of One of ten can be had.',
        shortages: [
          { sku: 'T-GONE', wanted: 1, available: 0 },
          { sku: 'T-ONE', wanted: 2, available: 1 },
          { sku: 'T-TEN', wanted: 11, available: 10 },
        ],
      },
    });
    for (const sku of ['T-ONE', 'T-A', 'T-TEN']) expect(await stockOf(sql, sku)).toMatchObject({ held: 0 });
    expect(await readReservation(sql, 'c1')).toBeUndefined();
  });

  test('that lacks one SKU says how many units that line could have', async () => {
    const outcome = await activities.reserveStock(aReservation({ items: [{ sku: 'T-ONE', quantity: 2 }] }));
    expect(outcome).toMatchObject({
      refusal: { available: 1, detail: 'Only 1 of The only one can be had.' },
    });
  });

  test('that was refused may succeed when units have come back', async () => {
    await activities.reserveStock(aReservation({ items: [{ sku: 'T-ONE', quantity: 1 }] }));
    const second = aReservation({ checkoutId: 'c2', items: [{ sku: 'T-ONE', quantity: 1 }] });
    expect(await activities.reserveStock(second)).toMatchObject({ status: 'refused' });
    await activities.releaseStock(aRelease());
    expect(await activities.reserveStock(second)).toMatchObject({ status: 'held' });
  });

  test('repeated, also by twenty at once, holds once and answers the same', async () => {
    const request = aReservation({ items: [{ sku: 'T-TEN', quantity: 2 }] });
    const answers = await Promise.all(Array.from({ length: 20 }, () => activities.reserveStock(request)));
    const later = await activities.reserveStock({ ...request, heldUntil: request.heldUntil + MINUTE });
    for (const answer of [...answers, later])
      expect(answer).toEqual({ status: 'held', heldUntil: request.heldUntil });
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ held: 2 });
  });

  test('of other units under the same checkout id is a fault, and changes nothing', async () => {
    await activities.reserveStock(aReservation());
    const other = aReservation({ items: [{ sku: 'T-TEN', quantity: 9 }] });
    await expect(activities.reserveStock(other)).rejects.toMatchObject({ type: 'DatabaseFault' });
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ held: 1 });
  });

  test('counts against everybody but its own cart', async () => {
    await activities.reserveStock(aReservation({ items: [{ sku: 'T-ONE', quantity: 1 }] }));
    const seenBy = async (cartId?: string) =>
      (await readFacts(sql, ['T-ONE'], cartId)).get('T-ONE')?.available;
    expect(await seenBy()).toBe(0);
    expect(await seenBy('cart of c2')).toBe(0);
    expect(await seenBy('cart of c1')).toBe(1);
    const { facts } = await activities.readCheckoutFacts({
      checkoutId: 'c1',
      cartId: 'cart of c1',
      currency: 'EUR',
      skus: ['T-ONE', 'T-ONE'],
    });
    expect(facts).toMatchObject([{ sku: 'T-ONE', available: 1 }]);
    await activities.releaseStock(aRelease());
    expect(await seenBy('cart of c1')).toBe(1);
  });

  test('is seen with its owner and its deadline', async () => {
    await activities.reserveStock(aReservation());
    await activities.reserveStock(overdue({ checkoutId: 'c2' }));
    expect(await listHolders(sql, 'T-TEN')).toMatchObject([
      { checkoutId: 'c2', cartId: 'cart of c2', quantity: 1, isOverdue: true, isCaptured: false },
      { checkoutId: 'c1', ownerHash: 'owner of c1', isOverdue: false },
    ]);
    expect(await listHolders(sql, 'T-A')).toEqual([]);
  });
});

describe('the cap on open checkouts', () => {
  const open = (checkoutId: string) =>
    activities.reserveStock(aReservation({ checkoutId, ownerHash: 'one shopper', openCheckoutsMax: 2 }));

  test('counts one owner, holds under a race, and opens again when a checkout ends', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `c${index}`);
    const outcomes = await Promise.all(ids.map(open));
    const held = ids.filter((_, index) => outcomes[index]?.status === 'held');
    expect(held).toHaveLength(2);
    expect(outcomes.find(({ status }) => status === 'refused')).toMatchObject({
      refusal: { code: 'checkout_limit' },
    });
    expect(await activities.reserveStock(aReservation({ checkoutId: 'other' }))).toMatchObject({
      status: 'held',
    });
    // A repeat is no further checkout.
    expect(await open(held[0] as string)).toMatchObject({ status: 'held' });
    await activities.releaseStock(aRelease(held[0]));
    expect(await open('another')).toMatchObject({ status: 'held' });
  });
});

describe('a release', () => {
  test('gives the units back once, however often it comes', async () => {
    await activities.reserveStock(aReservation({ items: [{ sku: 'T-TEN', quantity: 4 }] }));
    const answers = await Promise.all(Array.from({ length: 10 }, () => activities.releaseStock(aRelease())));
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(answers.every(({ status }) => status === 'released')).toBe(true);
    expect(await stockOf(sql, 'T-TEN')).toEqual({ available: 10, held: 0, sold: 0, initial: 10 });
  });

  test('that comes before its reservation keeps it from holding anything', async () => {
    expect(await activities.releaseStock(aRelease())).toEqual({ status: 'released', isNew: true });
    expect(await activities.reserveStock(aReservation())).toEqual({ status: 'released' });
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ held: 0 });
  });

  test('racing its reservation leaves nothing held', async () => {
    for (let round = 0; round < 20; round += 1) {
      const checkoutId = `r${round}`;
      await Promise.all([
        activities.reserveStock(aReservation({ checkoutId })),
        activities.releaseStock(aRelease(checkoutId)),
      ]);
    }
    expect(await stockOf(sql, 'T-TEN')).toEqual({ available: 10, held: 0, sold: 0, initial: 10 });
  });

  test('of what is sold says so and gives nothing back', async () => {
    await activities.reserveStock(aReservation());
    await activities.createOrder(anOrder());
    expect(await activities.releaseStock(aRelease())).toEqual({ status: 'committed', isNew: false });
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ available: 9, held: 0, sold: 1 });
    expect(await activities.reserveStock(aReservation())).toEqual({ status: 'committed' });
  });
});

describe('the sweep', () => {
  test('gives back what is overdue, and only that', async () => {
    await activities.reserveStock(aReservation());
    await activities.reserveStock(overdue({ checkoutId: 'c2' }));
    expect(await sweep(5_000)).toEqual([]);
    expect(await sweep()).toEqual(['c2']);
    expect(await sweep()).toEqual([]);
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ held: 1 });
    expect(await activities.releaseStock(aRelease('c2'))).toEqual({ status: 'released', isNew: false });
  });

  test('never takes from a checkout whose payment was captured, or whose order exists', async () => {
    await activities.reserveStock(overdue());
    expect(await activities.markStockCaptured('c1')).toBe('held');
    expect(await activities.markStockCaptured('c1')).toBe('held');
    expect(await activities.markStockCaptured('never')).toBeNull();
    await activities.reserveStock(overdue({ checkoutId: 'c2' }));
    await activities.createOrder(anOrder('c2'));
    // The provider's event has come, and the checkout has not heard of it yet.
    await activities.reserveStock(overdue({ checkoutId: 'c3' }));
    await sql`
      INSERT INTO payments (checkout_id, provider, amount, currency, status) VALUES ('c3', 'test', 1, 'EUR', 'captured')`;
    expect(await sweep()).toEqual([]);
    expect(await activities.createOrder(anOrder())).toMatchObject({ status: 'placed' });
    expect(await stockOf(sql, 'T-TEN')).toEqual({ available: 7, held: 1, sold: 2, initial: 10 });
  });

  test('of a worker says what it found, and survives a database that is away', async () => {
    const lines: unknown[] = [];
    const log = { warn: (fields: object) => void lines.push(fields) };
    await activities.reserveStock(aReservation({ heldUntil: Date.now() - 5_000 }));
    expect(await sweepHolds(sql, log)).toEqual(['c1']);
    expect(lines).toEqual([{ checkouts: ['c1'] }]);
    const away = connect('postgres://127.0.0.1:1/none', { max: 1, name: 'away' });
    expect(await sweepHolds(away, log)).toEqual([]);
    await away.end();
  });

  test('by several workers at once gives everything back once', async () => {
    for (let index = 0; index < 10; index += 1)
      await activities.reserveStock(overdue({ checkoutId: `c${index}` }));
    const released = await Promise.all([sweep(), sweep(), sweep()]);
    expect(released.flat().sort()).toEqual(Array.from({ length: 10 }, (_, index) => `c${index}`));
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ available: 10, held: 0 });
  });
});

describe('stock that is counted by hand', () => {
  test('sets what may be sold; what is held and sold stays, and the sum follows', async () => {
    await activities.reserveStock(aReservation({ items: [{ sku: 'T-TEN', quantity: 3 }] }));
    await setProduct(sql, 'T-TEN', { stock: 20 });
    expect(await stockOf(sql, 'T-TEN')).toEqual({ available: 20, held: 3, sold: 0, initial: 23 });
    await setProduct(sql, 'T-TEN', { stock: 0 });
    await activities.releaseStock(aRelease());
    expect(await stockOf(sql, 'T-TEN')).toEqual({ available: 3, held: 0, sold: 0, initial: 3 });
  });

  test('cannot conjure units up or away, nor take a SKU away while somebody holds it', async () => {
    await expect(sql`UPDATE stock SET available = 11 WHERE sku = 'T-TEN'`).rejects.toThrow(/stock_adds_up/);
    await expect(sql`UPDATE stock SET held = held - 1 WHERE sku = 'T-TEN'`).rejects.toThrow(/check/);
    await activities.reserveStock(aReservation());
    await expect(sql`DELETE FROM variants WHERE sku = 'T-TEN'`).rejects.toThrow(/hold 1 units of T-TEN/);
  });
});

describe('a process that dies in the middle', () => {
  test('leaves nothing half done, and the repeat does it whole', async () => {
    const doomed = connect(database.url, { max: 1, name: 'doomed' });
    const mine = createActivities({ sql: doomed });
    // Somebody else has the second SKU locked: the reservation has the first one and waits, when its connection dies.
    const other = await sql.reserve();
    await other`BEGIN`;
    await other`SELECT FROM stock WHERE sku = 'T-TEN' FOR UPDATE`;
    const items = ['T-A', 'T-TEN'].map((sku) => ({ sku, quantity: 1 }));
    const dying = mine.reserveStock(aReservation({ items })).catch((error: unknown) => error);
    await expect
      .poll(() => sql`SELECT pid FROM pg_locks WHERE NOT granted`.then(({ count }) => count), {
        timeout: 5_000,
      })
      .toBeGreaterThan(0);
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'`;
    expect(await dying).toMatchObject({ type: 'DatabaseUnavailable' });
    await other`ROLLBACK`;
    other.release();
    expect(await stockOf(sql, 'T-A')).toMatchObject({ held: 0 });
    expect(await activities.reserveStock(aReservation({ items }))).toMatchObject({ status: 'held' });
    await doomed.end({ timeout: 1 });
  });
});
