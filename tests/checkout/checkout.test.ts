/** A checkout from beginning to end, over HTTP, with the real test provider. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectProblem } from '../api/test-api.ts';
import { type CheckoutShop, createCheckoutShop } from '../support/checkout-shop.ts';
import { checkStock, stockOf } from '../support/checkouts.ts';

let shop: CheckoutShop;

beforeAll(async () => {
  shop = await createCheckoutShop();
});

afterAll(async () => {
  await shop.close();
});

describe('a checkout', () => {
  test('that is paid comes to one order, and the cart goes on empty', async () => {
    const shopper = await shop.guest(['T-A', 2], ['T-B', 1]);
    const begun = await shopper.begin({ email: 'a@example.com', testOutcome: 'delay:300' });
    expect(begun.status, begun.text).toBe(201);
    expect(begun.body).toMatchObject({ status: 'pending', totals: { total: 2 * 1_999 + 4_995 } });
    expect(begun.body.payment?.redirectUrl).toContain('/pay/');
    expect(begun.body.heldUntil).not.toBeNull();
    const done = await shopper.untilStatus('completed');
    const orders = await shopper.ask('GET', '/orders');
    const { orders: list } = orders.body as unknown as { orders: { id: string; total: number }[] };
    expect(list).toMatchObject([{ id: done.orderId, total: 8_993 }]);
    const cart = await shopper.untilActive();
    expect(cart).toMatchObject({ lines: [], checkout: { status: 'completed', orderId: done.orderId } });
    const [mail] = await shop.temporal.sql`
      SELECT email FROM order_contacts WHERE checkout_id = ${done.id}`;
    expect(mail).toEqual({ email: 'a@example.com' });
    await checkStock(shop.temporal.sql);
  });

  test('whose payment is declined gives cart and stock back', async () => {
    const shopper = await shop.guest(['T-TEN', 3]);
    const begun = await shopper.begin({ testOutcome: 'decline' });
    if (begun.status === 201) await shopper.untilStatus('declined');
    else expectProblem(begun, 402, 'payment_declined');
    const cart = await shopper.untilActive();
    expect(cart.totalQuantity).toBe(3);
    expect(await stockOf(shop.temporal.sql, 'T-TEN')).toMatchObject({ available: 10, held: 0 });
    const again = await shopper.begin();
    expect(again.status, again.text).toBe(201);
    await shopper.untilStatus('completed');
  });

  test('is found again, and can be given up', async () => {
    const shopper = await shop.guest(['T-A', 1]);
    const begun = await shopper.begin({ testOutcome: 'never' });
    expect((await shopper.checkout()).body).toMatchObject({ id: begun.body.id, status: 'pending' });
    expectProblem(
      await shopper.ask('POST', '/cart/items', { sku: 'T-B', quantity: 1 }),
      409,
      'checkout_in_progress',
    );
    const cancelled = await shopper.cancel();
    expect(cancelled.status, cancelled.text).toBe(200);
    expect(cancelled.body).toMatchObject({ status: 'cancelled', heldUntil: null });
    await shopper.untilActive();
    expect((await shopper.cancel()).body.status).toBe('cancelled');
    await checkStock(shop.temporal.sql);
  });
});
