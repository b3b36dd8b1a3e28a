/** Orders: everything of one is written, or nothing; once for each checkout; and every sum agrees. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Activities, createActivities } from '../../activities/create-activities.ts';
import { readOpenAlarms } from '../../database/alarms.ts';
import { connect, type Sql } from '../../database/client.ts';
import { createOrder as writeOrder, findOrderOfCheckout } from '../../database/orders.ts';
import { findOrder } from '../../database/order-views.ts';
import {
  anOrder,
  aPricedOrder,
  aRelease,
  aReservation,
  resetCheckouts,
  stockOf,
  checkStock,
} from '../support/checkouts.ts';
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

const ITEMS = [
  { sku: 'T-TEN', quantity: 2 },
  { sku: 'T-C', quantity: 1 },
  { sku: 'T-TEN', quantity: 1 },
];

const rowsOf = async () => {
  const [row] = await sql`
    SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM order_lines) AS lines,
      (SELECT count(*) FROM order_audit) AS audit, (SELECT count(*) FROM outbox) AS outbox`;
  return row;
};

async function place(checkoutId = 'c1', priced = aPricedOrder()) {
  await activities.reserveStock(aReservation({ checkoutId, items: priced.lines }));
  const outcome = await activities.createOrder(anOrder(checkoutId, priced));
  if (outcome.status !== 'placed') throw new Error('refused');
  return outcome;
}

describe('an order', () => {
  test('is the cart as it was paid, with its stock sold, a trail and a promised confirmation', async () => {
    const priced = aPricedOrder(ITEMS);
    const { order, isNew } = await place('c1', priced);
    expect(isNew).toBe(true);
    expect(Buffer.from(order.orderId, 'base64url')).toHaveLength(16);
    expect(order).toMatchObject({ checkoutId: 'c1', paymentId: 'pay c1', total: 4_000, currency: 'EUR' });
    expect(await findOrder(sql, { ownerHash: 'owner of c1' }, order.orderId)).toEqual({
      ...priced,
      id: order.orderId,
      cartId: 'cart of c1',
      currency: 'EUR',
      itemsCount: 3,
      totalQuantity: 4,
      payment: { provider: 'test', paymentId: 'pay c1', amount: 4_000 },
      placedAt: new Date(order.placedAt).toISOString(),
    });
    expect(await stockOf(sql, 'T-TEN')).toEqual({ available: 7, held: 0, sold: 3, initial: 10 });
    expect(await sql`SELECT kind, actor, detail->>'total' AS total FROM order_audit`).toEqual([
      { kind: 'placed', actor: 'system checkout', total: '4000' },
    ]);
    expect(await sql`SELECT purpose, key, payload, sent_at FROM outbox`).toEqual([
      {
        purpose: 'order_confirmation',
        key: order.orderId,
        payload: { orderId: order.orderId, checkoutId: 'c1' },
        sent_at: null,
      },
    ]);
  });

  test('keeps odd texts, pictures and options as they were', async () => {
    const priced = aPricedOrder();
    const [line] = priced.lines;
    if (!line) throw new Error('no line');
    const odd = {
      ...line,
      options: { width: 120.5, engraving: 'A\u0000b "c"', gift: true },
      imageUrl: '/a.png',
    };
    const { order } = await place('c1', { ...priced, lines: [odd] });
    const view = await findOrder(sql, { checkoutId: 'c1' }, order.orderId);
    expect(view?.lines[0]).toMatchObject({
      imageUrl: '/a.png',
      options: { width: 120.5, engraving: 'A\ufffdb "c"', gift: true },
    });
  });

  test('is one for each checkout, also when twenty create it at once', async () => {
    await activities.reserveStock(aReservation());
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => activities.createOrder(anOrder())));
    const ids = new Set(outcomes.map((outcome) => outcome.status === 'placed' && outcome.order.orderId));
    expect(ids.size).toBe(1);
    expect(outcomes.filter((outcome) => outcome.status === 'placed' && outcome.isNew)).toHaveLength(1);
    expect(await rowsOf()).toEqual({ orders: 1, lines: 1, audit: 1, outbox: 1 });
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ available: 9, sold: 1 });
    expect(await findOrderOfCheckout(sql, 'c1')).toMatchObject({ checkoutId: 'c1' });
    expect(await findOrderOfCheckout(sql, 'c2')).toBeUndefined();
  });

  test('is written once and never changed', async () => {
    await place();
    for (const statement of [
      'UPDATE orders SET total = total + 1',
      'UPDATE order_lines SET quantity = 2',
      'DELETE FROM order_lines',
      'DELETE FROM order_audit',
      'TRUNCATE orders CASCADE',
    ])
      await expect(sql.unsafe(statement), statement).rejects.toThrow(/written once/);
  });

  test('finds its units anew where the hold had been released before the money came', async () => {
    await activities.reserveStock(aReservation());
    await activities.releaseStock(aRelease('c1', 'expired'));
    expect(await activities.createOrder(anOrder())).toMatchObject({ status: 'placed', isNew: true });
    expect(await activities.createOrder(anOrder('never reserved'))).toMatchObject({ status: 'placed' });
    expect(await stockOf(sql, 'T-TEN')).toEqual({ available: 8, held: 0, sold: 2, initial: 10 });
    expect(await activities.releaseStock(aRelease())).toEqual({ status: 'committed', isNew: false });
  });

  test('that finds no units any more is refused with what is there, and leaves no trace', async () => {
    const one = aPricedOrder([{ sku: 'T-ONE', quantity: 1 }]);
    await activities.reserveStock(aReservation({ items: one.lines }));
    await activities.releaseStock(aRelease('c1', 'expired'));
    await place('c2', one);
    expect(await activities.createOrder(anOrder('c1', one))).toEqual({
      status: 'refused',
      refusal: {
        code: 'out_of_stock',
        detail: 'The only one is out of stock.',
        available: 0,
        shortages: [{ sku: 'T-ONE', wanted: 1, available: 0 }],
      },
    });
    expect(await findOrderOfCheckout(sql, 'c1')).toBeUndefined();
    expect(await rowsOf()).toEqual({ orders: 1, lines: 1, audit: 1, outbox: 1 });
  });

  test('for other units than are held is a fault, and sells nothing', async () => {
    await activities.reserveStock(aReservation());
    const other = anOrder('c1', aPricedOrder([{ sku: 'T-TEN', quantity: 2 }]));
    await expect(activities.createOrder(other)).rejects.toMatchObject({ type: 'DatabaseFault' });
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ held: 1, sold: 0 });
  });
});

describe('a payment', () => {
  test.each([
    ['of another amount', { amount: 999 }],
    ['in another currency', { currency: 'USD' }],
  ])('%s makes no order', async (_, more) => {
    await activities.reserveStock(aReservation());
    const request = anOrder();
    const outcome = await activities.createOrder({ ...request, payment: { ...request.payment, ...more } });
    expect(outcome).toMatchObject({ status: 'refused', refusal: { code: 'payment_mismatch' } });
    expect(await rowsOf()).toMatchObject({ orders: 0 });
  });

  test('pays for one order only', async () => {
    await place('c1');
    await activities.reserveStock(aReservation({ checkoutId: 'c2' }));
    const again = anOrder('c2', aPricedOrder(), { payment: anOrder('c1').payment });
    expect(await activities.createOrder(again)).toMatchObject({ refusal: { code: 'payment_mismatch' } });
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ held: 1, sold: 1 });
  });
});

describe('sums that do not add up', () => {
  const priced = aPricedOrder(ITEMS);
  const wrong = [
    ['a total', { ...priced, total: priced.total + 1 }],
    ['a subtotal', { ...priced, subtotal: priced.subtotal - 1, total: priced.total - 1 }],
    ['tax that no line has', { ...priced, taxTotal: 1, total: priced.total + 1 }],
    ['a line', { ...priced, lines: priced.lines.map((line) => ({ ...line, total: line.total + 1 })) }],
    ['a missing line', { ...priced, lines: priced.lines.slice(1) }],
    ['no lines', { ...priced, lines: [] }],
  ] as const;

  test.each(wrong)('(%s) are refused by the activity', async (_, sums) => {
    await expect(activities.createOrder(anOrder('c1', sums))).rejects.toMatchObject({
      type: 'DatabaseFault',
    });
  });

  test.each(wrong.filter(([what]) => what !== 'a line'))(
    '(%s) are refused by the database',
    async (_, sums) => {
      await expect(writeOrder(sql, anOrder('c1', sums))).rejects.toThrow(/add up|order_adds_up/);
      expect(await rowsOf()).toMatchObject({ orders: 0, lines: 0 });
      expect(await stockOf(sql, 'T-TEN')).toMatchObject({ sold: 0 });
    },
  );

  test('with a payment of another amount are refused by the database', async () => {
    const request = anOrder();
    const other = { ...request, payment: { ...request.payment, amount: 1 } };
    await expect(writeOrder(sql, other)).rejects.toThrow(/payment_is_total/);
  });
});

describe('an alarm about money without an order', () => {
  test('ends with the order, also where it was raised after an order whose answer was lost', async () => {
    const facts = { checkoutId: 'c1' };
    await activities.raiseAlarm({ kind: 'paid_without_order', subject: 'c1', facts });
    await activities.raiseAlarm({ kind: 'paid_without_order', subject: 'another', facts });
    await place('c1');
    expect(await readOpenAlarms(sql)).toMatchObject([{ kind: 'paid_without_order', count: 1 }]);

    await place('c2');
    await activities.raiseAlarm({ kind: 'paid_without_order', subject: 'c2', facts });
    expect(await activities.createOrder(anOrder('c2'))).toMatchObject({ isNew: false });
    expect(await readOpenAlarms(sql)).toMatchObject([{ count: 1 }]);
    await sql`DELETE FROM alarms`;
  });
});

describe('a process that dies while it writes an order', () => {
  test('leaves the hold as it was, and the repeat writes the order', async () => {
    await activities.reserveStock(aReservation());
    const doomed = connect(database.url, { max: 1, name: 'doomed' });
    const other = await sql.reserve();
    await other`BEGIN`;
    await other`SELECT FROM stock WHERE sku = 'T-TEN' FOR UPDATE`;
    const dying = createActivities({ sql: doomed })
      .createOrder(anOrder())
      .catch((error: unknown) => error);
    await expect
      .poll(() => sql`SELECT FROM pg_locks WHERE NOT granted`.then(({ count }) => count), { timeout: 5_000 })
      .toBeGreaterThan(0);
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'`;
    expect(await dying).toMatchObject({ type: 'DatabaseUnavailable' });
    await other`ROLLBACK`;
    other.release();
    expect(await stockOf(sql, 'T-TEN')).toMatchObject({ held: 1, sold: 0 });
    expect(await rowsOf()).toMatchObject({ orders: 0, outbox: 0 });
    expect(await activities.createOrder(anOrder())).toMatchObject({ status: 'placed', isNew: true });
    await doomed.end({ timeout: 1 });
  });
});
