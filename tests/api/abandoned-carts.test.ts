/** An abandoned cart over HTTP: a representation of its own at the same version, for shoppers and for operators. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CheckoutShop, createCheckoutShop } from '../support/checkout-shop.ts';
import { eventually } from '../support/eventually.ts';

let shop: CheckoutShop;
beforeAll(async () => {
  shop = await createCheckoutShop({ environment: { ABANDONMENT_DELAYS: '1s,1d' } });
});
afterAll(() => shop?.close());

test('a cart shows since when its shopper has been away, until they are back', async () => {
  const shopper = await shop.guest(['T-A', 1]);
  const before = await shopper.cart();
  expect(before.body).not.toHaveProperty('abandonedAt');
  const tag = before.headers.get('etag') ?? '';
  const ask = (headers: Record<string, string>) => shopper.ask('GET', '/cart', undefined, headers);
  await eventually(async () => expect((await shopper.cart()).body).toHaveProperty('abandonedAt'));
  const after = await ask({ 'if-none-match': tag });
  expect(after.status).toBe(200);
  expect(after.body).toEqual({ ...before.body, abandonedAt: before.body.updatedAt });
  const strong = await shopper.ask('GET', '/cart?consistency=strong');
  expect(strong.body).toEqual(after.body);
  const newTag = after.headers.get('etag') ?? '';
  expect(strong.headers.get('etag')).toBe(newTag);
  expect((await ask({ 'if-none-match': newTag })).status).toBe(304);
  // A tab that still shows the cart of before may write, and so may one that has seen the new one.
  const first = await shopper.ask('PATCH', '/cart/items/l1', { quantity: 2 }, { 'if-match': tag });
  expect(first.status).toBe(200);
  expect(first.body).not.toHaveProperty('abandonedAt');
  await eventually(async () => expect((await shopper.cart()).body).toHaveProperty('abandonedAt'));
  const again = (await shopper.cart()).headers.get('etag') ?? '';
  const second = await shopper.ask('PATCH', '/cart/items/l1', { quantity: 3 }, { 'if-match': again });
  expect(second).toMatchObject({ status: 200, body: { version: 3 } });
});
