/** What else may happen to a cart while it is in checkout, and checkouts that are not like the others. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reserve } from '../../database/reservations.ts';
import { setProduct } from '../../database/catalogue.ts';
import { bearer, customerToken, expectProblem, send } from '../api/test-api.ts';
import { type CheckoutShop, createCheckoutShop, Shopper } from '../support/checkout-shop.ts';
import { aReservation, checkStock, stockOf } from '../support/checkouts.ts';
import { eventually } from '../support/eventually.ts';
import { DisturbedSteps } from './disturbed-steps.ts';
import { nextCheckoutOf } from './stories.ts';

const steps = new DisturbedSteps();
let shop: CheckoutShop;

beforeAll(async () => {
  shop = await createCheckoutShop({
    activities: (real) => steps.wrap(real),
    environment: { OPEN_CHECKOUTS_MAX: '2' },
  });
});

afterAll(async () => {
  await shop.close();
});

async function customer(sku = 'T-A', quantity = 1): Promise<Shopper> {
  const headers = await bearer(`customer-${randomUUID()}`);
  await shop.fetch('/cart/items', send('POST', { sku, quantity }, headers));
  return new Shopper((path, init) => shop.fetch(path, init), headers);
}

async function operate(method: string, path: string, body?: object) {
  const token = await customerToken('operator-1', { roles: ['operator'] });
  return await shop.fetch(path, send(method, body, { authorization: `Bearer ${token}` }));
}

const rowOf = async (cartId: string | null) => {
  const [row] = await shop.temporal.sql<{ workflowId: string; ownerHash: string }[]>`
    SELECT workflow_id AS "workflowId", owner_hash AS "ownerHash" FROM carts WHERE cart_id = ${cartId}`;
  if (!row) throw new Error(`no cart ${cartId}`);
  return row;
};

describe('a checkout with nothing to pay', () => {
  test('comes to an order without asking any provider', async () => {
    await setProduct(shop.temporal.sql, 'T-020', { price: 0 });
    const shopper = await shop.guest(['T-020', 2]);
    const before = await stockOf(shop.temporal.sql, 'T-020');
    const begun = await shopper.begin({ email: 'free@example.com' });
    expect(begun.status, begun.text).toBe(201);
    const done = await shopper.untilStatus('completed');
    expect(done).toMatchObject({ payment: null, totals: { total: 0 } });
    const { body } = await shopper.ask('GET', `/orders/${done.orderId}`);
    expect(body).toMatchObject({ id: done.orderId, total: 0 });
    const found = await shop.provider.fetch(`/payments?checkoutId=${done.id}`);
    expect(await found.json()).toEqual({ payments: [] });
    const [paid] = await shop.temporal.sql`
      SELECT payment_provider, payment_amount FROM orders WHERE order_id = ${done.orderId}`;
    expect(paid).toMatchObject({ payment_provider: 'none', payment_amount: 0 });
    expect((await stockOf(shop.temporal.sql, 'T-020')).sold).toBe(before.sold + 2);
    expect((await shopper.untilActive()).lines).toEqual([]);
  });
});

describe('a login while a checkout is open', () => {
  const merge = (both: Record<string, string>) => shop.fetch('/cart/merge', send('POST', undefined, both));

  test('leaves the cart of a customer who is paying, and brings the guest’s along afterwards', async () => {
    const [owner, guest] = [await customer(), await shop.guest(['T-B', 2])];
    const both = { ...guest.headers, ...owner.headers };
    const begun = await owner.begin({ testOutcome: 'never' });
    expect(begun.status, begun.text).toBe(201);
    expectProblem(await merge(both), 409, 'checkout_in_progress');
    expect((await guest.cart()).body).toMatchObject({ status: 'active', totalQuantity: 2 });
    await shop.pay(begun.body.id, 'pay');
    const done = await owner.untilStatus('completed');
    expect(done.totals?.total).toBe(1_999);
    await owner.untilActive();
    const merged = await merge(both);
    expect(merged.status, merged.text).toBe(200);
    expect((await owner.cart()).body).toMatchObject({ totalQuantity: 2, lines: [{ sku: 'T-B' }] });
  });

  test('leaves the cart of a guest who is paying to the guest, who gets the order; what is left is merged', async () => {
    const [owner, guest] = [await customer(), await shop.guest(['T-B', 1])];
    const both = { ...guest.headers, ...owner.headers };
    const begun = await guest.begin({ testOutcome: 'never' });
    expect(begun.status, begun.text).toBe(201);
    expectProblem(await merge(both), 409, 'checkout_in_progress');
    await shop.pay(begun.body.id, 'pay');
    const done = await guest.untilStatus('completed');
    await guest.untilActive();
    expect((await guest.ask('GET', `/orders/${done.orderId}`)).status).toBe(200);
    await guest.ask('POST', '/cart/items', { sku: 'T-A', quantity: 3 });
    const merged = await merge(both);
    expect(merged.status, merged.text).toBe(200);
    expect((await owner.cart()).body).toMatchObject({ totalQuantity: 4 });
  });

  test('that is asked for again and again while the guest gives up comes to one merge', async () => {
    const [owner, guest] = [await customer(), await shop.guest(['T-B', 1])];
    const both = { ...guest.headers, ...owner.headers };
    await guest.begin({ testOutcome: 'never' });
    const giving = guest.cancel();
    const merged = await eventually(
      async () => {
        const answer = await merge(both);
        return answer.status === 200 ? answer : false;
      },
      { within: 20_000, every: 50 },
    );
    await giving;
    expect(merged.status).toBe(200);
    expect((await owner.cart()).body).toMatchObject({ totalQuantity: 2 });
    await checkStock(shop.temporal.sql);
  });
});

describe('an operator’s lock', () => {
  test('does not stop a checkout that runs: what is paid is delivered, and the next cart stays locked', async () => {
    const shopper = await shop.guest();
    const begun = await shopper.begin({ testOutcome: 'never' });
    const cartId = begun.body.cartId;
    const locked = await operate('POST', `/admin/carts/${cartId}/lock`, { reason: 'looks odd' });
    expect(locked.status, locked.text).toBe(200);
    await shop.pay(begun.body.id, 'pay');
    expect((await shopper.untilStatus('completed')).orderId).not.toBeNull();
    await shopper.untilActive();
    const add = await shopper.ask('POST', '/cart/items', { sku: 'T-A', quantity: 1 });
    expectProblem(add, 409, 'cart_locked');
  });

  test('keeps the cart that comes back from being changed or bought until it is unlocked', async () => {
    const shopper = await shop.guest(['T-TEN', 1]);
    const begun = await shopper.begin({ testOutcome: 'never' });
    const { cartId } = begun.body;
    await operate('POST', `/admin/carts/${cartId}/lock`, { reason: 'looks odd' });
    expect((await shopper.cancel()).body.status).toBe('cancelled');
    await shopper.untilActive();
    expectProblem(await shopper.begin(), 409, 'cart_locked');
    await operate('POST', `/admin/carts/${cartId}/unlock`, { reason: 'was fine' });
    const again = await shopper.begin({ testOutcome: 'never' });
    expect(again.status, again.text).toBe(201);
    await shopper.cancel();
    await checkStock(shop.temporal.sql);
  });
});

describe('the expiry of a cart', () => {
  test('waits for an open checkout, however long it takes, and counts anew from its end', async () => {
    const hasty = await createCheckoutShop({ environment: { CART_EXPIRY_GUEST: '4s' } });
    try {
      const shopper = await hasty.guest();
      const { expiresAt } = (await shopper.cart()).body;
      const begun = await shopper.begin({ testOutcome: 'never' });
      expect(begun.status, begun.text).toBe(201);
      const end = Date.parse(expiresAt ?? '') + 500;
      await eventually(() => Date.now() > end, { within: 20_000 });
      expect((await shopper.checkout()).body.status).toBe('pending');
      expect((await shopper.cart()).body).toMatchObject({ status: 'checkout', totalQuantity: 1 });
      expect((await shopper.cancel()).body.status).toBe('cancelled');
      expect((await shopper.cart()).body.totalQuantity).toBe(1);
      await eventually(async () => expect((await shopper.cart()).body.lines).toEqual([]), { within: 20_000 });
      await checkStock(hasty.temporal.sql);
    } finally {
      await hasty.close();
    }
  });
});

test('who has as many checkouts open as one may have is refused another one', async () => {
  const shopper = await shop.guest(['T-TEN', 1]);
  const { body } = await shopper.cart();
  const { ownerHash } = await rowOf(body.id);
  const { sql } = shop.temporal;
  for (const checkoutId of [`${ownerHash}:1`, `${ownerHash}:2`]) {
    await reserve(sql, aReservation({ checkoutId, ownerHash, items: [{ sku: 'T-B', quantity: 1 }] }));
  }
  expectProblem(await shopper.begin(), 409, 'checkout_limit');
  expect(await shopper.untilActive()).toMatchObject({ totalQuantity: 1 });
  await sql`SELECT release_stock(checkout_id, cart_id, owner_hash, 'test') FROM reservations
    WHERE owner_hash = ${ownerHash} AND status = 'held'`;
  const again = await shopper.begin({ testOutcome: 'never' });
  expect(again.status, again.text).toBe(201);
  await shopper.cancel();
  await checkStock(sql);
});

test('an outage is not remembered under its key: who asks again is told to begin anew, with the cart', async () => {
  const shopper = await shop.guest(['T-B', 1]);
  steps.plan(await nextCheckoutOf(shopper), 'reserveStock', 'isBroken');
  const key = randomUUID();
  expectProblem(await shopper.begin({}, { key, version: 1 }), 503, 'dependency_unavailable');
  await shopper.untilActive();
  const again = await shopper.begin({ expectedTotal: 4_995 }, { key, version: 1 });
  expectProblem(again, 412, 'version_conflict');
  expect(again.body.cart).toMatchObject({ status: 'active', totalQuantity: 1 });
  const anew = await shopper.begin();
  expect(anew.status, anew.text).toBe(201);
  await shopper.untilStatus('completed');
});
