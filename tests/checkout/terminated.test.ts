/** Checkouts whose workflow an operator terminates: nobody is left to undo them but the cart, which looks after them. */
import { ApplicationFailure } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Activities } from '../../activities/create-activities.ts';
import { checkoutWorkflowId } from '../../contract/checkouts.ts';
import { type CheckoutShop, createCheckoutShop, type Shopper } from '../support/checkout-shop.ts';
import { checkStock, stockOf } from '../support/checkouts.ts';
import { eventually } from '../support/eventually.ts';

/** A cart looks after its checkout twice this long after its beginning. */
const ENVIRONMENT = { HOLD_LIFE: '9s', PAYMENT_WAIT: '9s' };
const PATIENCE_MS = 18_000;
const LONG = { within: 60_000, every: 150 };
const TEST = { timeout: 150_000 };

/** Amounts of checkouts whose orders cannot be written, or are written and never heard of. */
const UNWRITTEN = 'T-031';
const UNHEARD = 'T-032';

const failure = (type: string, nonRetryable: boolean) =>
  ApplicationFailure.create({ message: 'disturbed', type, nonRetryable });

const disturb = (real: Activities): Activities => ({
  ...real,
  async createOrder(request) {
    const skus = request.priced.lines.map(({ sku }) => sku);
    if (skus.includes(UNWRITTEN)) throw failure('DatabaseFault', true);
    const outcome = await real.createOrder(request);
    if (skus.includes(UNHEARD)) throw failure('DatabaseUnavailable', false);
    return outcome;
  },
});

let shop: CheckoutShop;

beforeAll(async () => {
  shop = await createCheckoutShop({ environment: ENVIRONMENT, activities: disturb });
});

afterAll(async () => {
  await checkStock(shop.temporal.sql);
  await shop.close();
});

interface Stopped {
  shopper: Shopper;
  checkoutId: string;
}

const terminate = (checkoutId: string, { temporal }: CheckoutShop = shop) =>
  temporal.client.workflow.getHandle(checkoutWorkflowId(checkoutId)).terminate('by an operator');

/** One unit of the SKU in a checkout that nobody has paid yet. */
async function beginUnpaid(sku: string, at: CheckoutShop = shop): Promise<Stopped> {
  const shopper = await at.guest([sku, 1]);
  const begun = await shopper.begin({ testOutcome: 'never', email: 'someone@example.com' });
  expect(begun.body.status, begun.text).toBe('pending');
  return { shopper, checkoutId: begun.body.id };
}

const backWithShopper = (shopper: Shopper) =>
  eventually(async () => {
    const { body } = await shopper.cart();
    expect(body.status).toBe('active');
    return body;
  }, LONG);

async function alarmsOf(checkoutId: string): Promise<unknown[]> {
  const alarms = await shop.temporal.sql`SELECT kind FROM alarms WHERE subject = ${checkoutId} ORDER BY kind`;
  return alarms.map(({ kind }) => kind);
}

const untilPaymentIs = (checkoutId: string, status: string, { provider, temporal }: CheckoutShop = shop) =>
  eventually(async () => {
    const found = await provider.fetch(`/payments?checkoutId=${checkoutId}`);
    expect(await found.json()).toMatchObject({ payments: [{ status }] });
    const [row] = await temporal.sql`SELECT status FROM payments WHERE checkout_id = ${checkoutId}`;
    expect(row?.status).toBe(status);
  }, LONG);

const untilStockIs = (sku: string, expected: object, { temporal }: CheckoutShop = shop) =>
  eventually(async () => expect(await stockOf(temporal.sql, sku)).toMatchObject(expected), LONG);

const FULL = { available: 1_000_000, held: 0, sold: 0 };

/** The cart that came back can be bought as if nothing had happened. */
async function buyAfterAll(shopper: Shopper): Promise<void> {
  const again = await shopper.begin();
  expect(again.status, again.text).toBe(201);
  await shopper.untilStatus('completed');
}

describe.concurrent('a terminated checkout', () => {
  test('that nobody paid is closed at the provider; stock and cart are free again', TEST, async () => {
    const { shopper, checkoutId } = await beginUnpaid('T-033');
    await terminate(checkoutId);
    expect(await backWithShopper(shopper)).toMatchObject({
      totalQuantity: 1,
      checkout: { id: checkoutId, status: 'failed' },
    });
    await untilPaymentIs(checkoutId, 'cancelled');
    await untilStockIs('T-033', FULL);
    expect((await shopper.checkout()).body).toMatchObject({
      status: 'failed',
      heldUntil: null,
      payUntil: null,
      payment: { redirectUrl: null },
    });
    expect((await shopper.cancel()).body.status).toBe('failed');
    expect(await alarmsOf(checkoutId)).toEqual([]);
    await buyAfterAll(shopper);
  });

  test('that was paid and has no order gives money and stock back, and a person is told', TEST, async () => {
    const { shopper, checkoutId } = await beginUnpaid(UNWRITTEN);
    await shop.pay(checkoutId, 'pay');
    await eventually(async () => expect(await alarmsOf(checkoutId)).toEqual(['paid_without_order']), LONG);
    await terminate(checkoutId);
    expect(await backWithShopper(shopper)).toMatchObject({ totalQuantity: 1 });
    await untilPaymentIs(checkoutId, 'refunded');
    // No deadline ends the hold of a paid checkout by itself.
    await untilStockIs(UNWRITTEN, FULL);
    expect(await alarmsOf(checkoutId)).toEqual(['captured_without_order', 'paid_without_order']);
    const orders = await shop.temporal.sql`SELECT FROM orders WHERE checkout_id = ${checkoutId}`;
    expect(orders).toHaveLength(0);
    expect((await shopper.checkout()).body).toMatchObject({ status: 'failed', orderId: null });
  });

  test('that was paid behind everybody’s back gives the money back all the same', TEST, async () => {
    const { shopper, checkoutId } = await beginUnpaid('T-034');
    await terminate(checkoutId);
    await shop.provider.database
      .sql`UPDATE test_payments.payments SET status = 'captured' WHERE checkout_id = ${checkoutId}`;
    await backWithShopper(shopper);
    await untilPaymentIs(checkoutId, 'refunded');
    await untilStockIs('T-034', FULL);
    expect(await alarmsOf(checkoutId)).toEqual(['captured_without_order']);
    // What the provider still says about it changes nothing any more.
    await shop.emit({ type: 'payment.captured', checkoutId, times: 2 });
    await buyAfterAll(shopper);
    expect(await stockOf(shop.temporal.sql, 'T-034')).toMatchObject({ held: 0, sold: 1 });
    await untilPaymentIs(checkoutId, 'refunded');
  });

  test('that has an order ends its cart with that order, and the next cart is empty', TEST, async () => {
    const { shopper, checkoutId } = await beginUnpaid(UNHEARD);
    await shop.pay(checkoutId, 'pay');
    const { sql } = shop.temporal;
    const orderId = await eventually(async () => {
      const [order] = await sql`SELECT order_id FROM orders WHERE checkout_id = ${checkoutId}`;
      return (order?.order_id as string | undefined) ?? false;
    }, LONG);
    const before = (await shopper.cart()).body;
    await terminate(checkoutId);
    const next = await backWithShopper(shopper);
    expect(next).toMatchObject({ lines: [], checkout: { id: checkoutId, status: 'completed', orderId } });
    expect(next.id).not.toBe(before.id);
    expect((await shopper.checkout()).body).toMatchObject({ status: 'completed', orderId });
    expect((await shopper.ask('GET', `/orders/${orderId}`)).body.id).toBe(orderId);
    expect((await shopper.cancel()).status).toBe(409);
    await untilPaymentIs(checkoutId, 'captured');
    await untilStockIs(UNHEARD, { held: 0, sold: 1 });
    expect(await sql`SELECT FROM outbox WHERE key = ${orderId}`).toHaveLength(1);
    expect(await alarmsOf(checkoutId)).toEqual([]);
  });

  test('is believed only when no step of it can be at work any more', TEST, async () => {
    const startedAt = Date.now();
    const { shopper, checkoutId } = await beginUnpaid('T-035');
    await eventually(() => Date.now() > startedAt + PATIENCE_MS / 3, LONG);
    const stoppedAt = Date.now();
    await terminate(checkoutId);
    await backWithShopper(shopper);
    expect(Date.now() - stoppedAt).toBeGreaterThan(14_000);
    await untilPaymentIs(checkoutId, 'cancelled');
  });
});

test.concurrent(
  'a cart whose database is away when it looks after its checkout looks again when it is back',
  TEST,
  async () => {
    const own = await createCheckoutShop({ environment: ENVIRONMENT });
    try {
      const startedAt = Date.now();
      const { shopper, checkoutId } = await beginUnpaid('T-036', own);
      await terminate(checkoutId, own);
      own.temporal.databaseGate.shut();
      await eventually(() => Date.now() > startedAt + PATIENCE_MS + 2_000, LONG);
      expect((await shopper.cart()).body.status).toBe('checkout');
      own.temporal.databaseGate.open();
      await backWithShopper(shopper);
      await untilPaymentIs(checkoutId, 'cancelled', own);
      await untilStockIs('T-036', FULL, own);
      await checkStock(own.temporal.sql);
    } finally {
      await own.close();
    }
  },
);
