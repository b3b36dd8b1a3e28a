/** Orders as their owners see them, and the personal data that is kept apart from them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Activities, createActivities } from '../../activities/create-activities.ts';
import type { Sql } from '../../database/client.ts';
import { eraseOwner } from '../../database/erasures.ts';
import { readContact, saveContact } from '../../database/order-contacts.ts';
import { findOrder, listOrders } from '../../database/order-views.ts';
import { anOrder, aPricedOrder, aReservation, resetCheckouts, checkStock } from '../support/checkouts.ts';
import { RETENTION_POLICY, retain } from '../support/retention.ts';
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

async function place(checkoutId = 'c1', priced = aPricedOrder()) {
  await activities.reserveStock(aReservation({ checkoutId, items: priced.lines }));
  const outcome = await activities.createOrder(anOrder(checkoutId, priced));
  if (outcome.status !== 'placed') throw new Error('refused');
  return outcome;
}

describe('the list of orders', () => {
  test('shows an owner its own, newest first, each once, while others are placed', async () => {
    const mine = { ownerHash: 'mine' };
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const outcome = await activities.createOrder(anOrder(`m${index}`, aPricedOrder(), mine));
      if (outcome.status === 'placed') ids.unshift(outcome.order.orderId);
    }
    await place('foreign');
    const first = await listOrders(sql, mine, { limit: 3 });
    await activities.createOrder(anOrder('late', aPricedOrder(), mine));
    const seen = first.orders.map(({ id }) => id);
    for (let after = first.next; after; ) {
      const page = await listOrders(sql, mine, { after, limit: 3 });
      seen.push(...page.orders.map(({ id }) => id));
      after = page.next;
    }
    expect(seen).toEqual(ids);
  });

  test('by checkout shows its order and no other; by nothing, nothing', async () => {
    const { order } = await place('c1');
    await place('c2');
    const { orders } = await listOrders(sql, { checkoutId: 'c1' }, { limit: 10 });
    expect(orders.map(({ id }) => id)).toEqual([order.orderId]);
    expect(await listOrders(sql, {}, { limit: 10 })).toEqual({ orders: [] });
    expect(
      await findOrder(sql, { checkoutId: 'c2', ownerHash: 'owner of c2' }, order.orderId),
    ).toBeUndefined();
    expect(await findOrder(sql, { ownerHash: 'owner of c1' }, 'unknown')).toBeUndefined();
  });
});

describe('personal data', () => {
  const contact = { email: 'ada@example.com', shippingAddress: { name: 'Ada', country: 'DE' } };

  test('is kept apart, and its erasure leaves the order as it was', async () => {
    expect(await saveContact(sql, 'c1', 'owner of c1', contact)).toBe(true);
    expect(await saveContact(sql, 'c1', 'somebody else', { email: 'eve@example.com' })).toBe(false);
    const { order } = await place();
    expect(await readContact(sql, 'c1')).toEqual(contact);
    const view = await findOrder(sql, { checkoutId: 'c1' }, order.orderId);
    expect(JSON.stringify(view)).not.toContain('ada');
    const erasure = { ownerHash: 'owner of c1', actor: 'operator:o', requestId: 'r' };
    expect(await eraseOwner(sql, erasure)).toMatchObject({ checkouts: 1 });
    expect(await readContact(sql, 'c1')).toBeUndefined();
    expect(await findOrder(sql, { checkoutId: 'c1' }, order.orderId)).toEqual(view);
  });

  test('of checkouts that came to nothing is erased after its time, never that of an order or of an open one', async () => {
    for (const checkoutId of ['c1', 'c2', 'c3']) await saveContact(sql, checkoutId, 'owner', contact);
    await place('c1');
    await activities.reserveStock(aReservation({ checkoutId: 'c2' }));
    const retainFor = (contactsMs: number) => retain(sql, { policy: { ...RETENTION_POLICY, contactsMs } });
    expect(await retainFor(60_000)).toEqual({});
    expect(await retainFor(-60_000)).toEqual({ order_contacts: 1 });
    expect(await readContact(sql, 'c3')).toBeUndefined();
  });

  test('is quoted by its country alone', async () => {
    const asked: unknown[] = [];
    const quoting = createActivities({
      sql,
      shippingRates: {
        methodsFor: async (request) => {
          asked.push(request);
          return [{ code: 'ship', title: 'Ship', amount: 7, taxClass: 'standard' }];
        },
      },
    });
    await saveContact(sql, 'c1', 'owner', contact);
    const request = { checkoutId: 'c1', cartId: 'k', currency: 'EUR', skus: ['T-C', 'NOPE'] };
    expect(await quoting.readCheckoutFacts(request)).toMatchObject({
      facts: [{ sku: 'T-C', taxClass: 'rate-10.75' }],
      pricing: { pricesIncludeTax: false, shippingMethods: [{ code: 'ship' }] },
    });
    await quoting.readCheckoutFacts({ ...request, checkoutId: 'c2' });
    expect(asked).toEqual([{ currency: 'EUR', country: 'DE' }, { currency: 'EUR' }]);
  });
});
