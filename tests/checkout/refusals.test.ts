/** What keeps a checkout from beginning, and what the shopper is told then. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setProduct } from '../../database/catalogue.ts';
import { expectProblem } from '../api/test-api.ts';
import { type CheckoutShop, createCheckoutShop, type Shopper } from '../support/checkout-shop.ts';

let shop: CheckoutShop;

beforeAll(async () => {
  shop = await createCheckoutShop({ environment: { OPEN_CHECKOUTS_MAX: '1' } });
});

afterAll(async () => {
  await shop.close();
});

/** Nothing was written for it: no version, no checkout. */
async function expectUntouched(shopper: Shopper, version: number): Promise<void> {
  expect((await shopper.cart()).body.version).toBe(version);
  expectProblem(await shopper.checkout(), 404, 'checkout_not_found');
}

describe('a checkout is refused', () => {
  test('without the version that the shopper saw', async () => {
    const shopper = await shop.guest();
    for (const headers of [{}, { 'if-match': '*' }]) {
      const answer = await shopper.ask('POST', '/cart/checkout', { expectedTotal: 1_999 }, headers);
      expectProblem(answer, 428, 'precondition_required');
    }
  });

  test('for a version that has passed, with the cart as it is now', async () => {
    const shopper = await shop.guest();
    await shopper.ask('POST', '/cart/items', { sku: 'T-B', quantity: 1 });
    const answer = await shopper.begin({}, { version: 1 });
    expectProblem(answer, 412, 'version_conflict');
    expect(answer.body.cart).toMatchObject({ version: 2, status: 'active' });
  });

  test('for an empty cart, and for none', async () => {
    const shopper = await shop.guest();
    await shopper.ask('DELETE', '/cart');
    expectProblem(await shopper.begin(), 409, 'cart_empty');
    const nobody = await shop.fetch('/cart/checkout', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'if-match': '"0"' },
      body: '{"expectedTotal": 0}',
    });
    expectProblem(nobody, 409, 'cart_empty');
  });

  test('when a price has moved, with the fresh cart', async () => {
    const shopper = await shop.guest(['T-001', 2]);
    await setProduct(shop.temporal.sql, 'T-001', { price: 1_500 });
    const answer = await shopper.begin({ expectedTotal: 2_002 });
    expectProblem(answer, 412, 'price_changed');
    expect(answer.body).toMatchObject({ totals: { total: 3_000 }, cart: { status: 'active', total: 3_000 } });
    const again = await shopper.begin({ expectedTotal: 3_000, testOutcome: 'never' });
    expect(again.status, again.text).toBe(201);
    await shopper.cancel();
  });

  test('for another sum than was agreed to, with the totals', async () => {
    const shopper = await shop.guest();
    const answer = await shopper.begin({ expectedTotal: 1_998 });
    expectProblem(answer, 412, 'price_changed');
    const detail = 'The total is 19.99 EUR.';
    expect(answer.body).toMatchObject({ detail, totals: { total: 1_999 }, cart: { status: 'active' } });
  });

  test('for what is no longer sold, by name', async () => {
    const shopper = await shop.guest(['T-A', 1], ['T-002', 1]);
    await setProduct(shop.temporal.sql, 'T-002', { active: false });
    const answer = await shopper.begin();
    expectProblem(answer, 409, 'sku_unavailable');
    expect(answer.body.errors).toMatchObject([{ path: 'lines.l2', code: 'sku_unavailable' }]);
    expect((await shopper.cart()).body).toMatchObject({ status: 'active', hasUnavailableItems: true });
    await expectUntouched(shopper, 2);
  });

  test('for what another has taken, with what there is', async () => {
    const [first, second] = [await shop.guest(['T-TEN', 8]), await shop.guest(['T-TEN', 8])];
    expect((await first.begin({ testOutcome: 'never' })).status).toBe(201);
    const answer = await second.begin();
    expectProblem(answer, 409, 'out_of_stock');
    expect(answer.body).toMatchObject({ shortages: [{ sku: 'T-TEN', wanted: 8, available: 2 }] });
    await expectUntouched(second, 1);
    await first.cancel();
  });

  test('for a shipping method that does not exist', async () => {
    const shopper = await shop.guest();
    const unknown = await shopper.begin({ shippingMethod: 'rocket' });
    expectProblem(unknown, 422, 'validation_failed');
    expect(unknown.body.errors).toMatchObject([
      { message: expect.stringMatching(/^Choose one of: /) as string },
    ]);
    const express = await shopper.begin({ shippingMethod: 'standard', testOutcome: 'never' });
    expect(express.status, express.text).toBe(201);
    await shopper.cancel();
  });

  test('for fields that nobody knows, and for a page that is no web address', async () => {
    const shopper = await shop.guest();
    for (const body of [
      { total: 1 },
      { returnUrl: 'javascript:alert(1)' },
      { email: 'nobody' },
      { testOutcome: 'win' },
    ]) {
      expectProblem(await shopper.begin(body), 422, 'validation_failed');
    }
  });
});

test('where the test provider takes no payments, nobody can tell it what to do', async () => {
  const real = await createCheckoutShop({
    environment: {
      STRIPE_SECRET_KEY: 'sk_test_12345678',
      STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef0123',
    },
  });
  try {
    const shopper = await real.guest();
    const answer = await shopper.begin({ testOutcome: 'approve' });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toMatchObject([{ path: 'testOutcome' }]);
  } finally {
    await real.close();
  }
});

test('a checkout of another is not to be seen', async () => {
  const [owner, stranger] = [await shop.guest(), await shop.guest()];
  const begun = await owner.begin({ testOutcome: 'never' });
  expect(begun.status, begun.text).toBe(201);
  expectProblem(await stranger.checkout(), 404, 'checkout_not_found');
  expectProblem(await stranger.cancel(), 404, 'checkout_not_found');
  await owner.cancel();
});
