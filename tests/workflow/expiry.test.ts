/** How carts end by themselves: by time that is skipped on the real server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';
import type { CartUnderTest } from '../support/cart-under-test.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal();
});
afterAll(() => temporal?.close());

const statusOf = async (cart: CartUnderTest) => (await cart.handle.describe()).status.name;

const expectEnded = (cart: CartUnderTest) =>
  eventually(async () => expect(await statusOf(cart)).toBe('COMPLETED'));

test.concurrent.each([
  ['guest', 90],
  ['customer', 365],
] as const)('a %s cart with lines ends after %d days, and its row says so', async (kind, days) => {
  const cart = temporal.cart({ kind });
  await cart.add('T-A', 1);
  const { expiresAt, createdAt } = await cart.view();
  expect(Date.parse(expiresAt ?? '') - Date.parse(createdAt ?? '')).toBeGreaterThanOrEqual(days * DAY);
  await cart.skip(days * DAY - HOUR);
  expect(await statusOf(cart)).toBe('RUNNING');
  expect(await cart.row()).toMatchObject({ status: 'active', version: 1 });
  await cart.skip(2 * HOUR);
  await expectEnded(cart);
  expect(await cart.row()).toMatchObject({ status: 'expired', version: 2 });
  expect((await cart.audit()).map((row) => row.kind)).toEqual(['addItem', 'expire']);
  expect(await cart.finished()).toMatchObject([{ status: 'expired' }]);
});

test.concurrent('an empty cart ends after 48 hours', async () => {
  const cart = temporal.cart();
  await cart.start();
  await cart.skip(47 * HOUR);
  expect(await statusOf(cart)).toBe('RUNNING');
  await cart.skip(2 * HOUR);
  await expectEnded(cart);
  expect(await cart.row()).toMatchObject({ status: 'expired' });
});

test.concurrent('a change postpones the end', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  await cart.skip(89 * DAY);
  await cart.add('T-A', 1);
  await cart.skip(89 * DAY);
  expect(await statusOf(cart)).toBe('RUNNING');
  await cart.skip(2 * DAY);
  await expectEnded(cart);
});

test.concurrent('a year of idling costs a handful of events', async () => {
  const cart = temporal.cart({ kind: 'customer' });
  await cart.add('T-A', 1);
  await cart.skip(300 * DAY);
  expect(await cart.historyLength()).toBeLessThan(30);
});

test.concurrent("a guest's cart is not born again", async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  await cart.skip(91 * DAY);
  await expectEnded(cart);
  await expect(cart.add('T-A', 1)).rejects.toThrow('already started');
});

test.concurrent("a customer's cart is born again, and the projection takes it", async () => {
  const id = 'customer-again';
  const cart = temporal.cart({ kind: 'customer', id, policy: { expiryCustomerMs: 1_500 } });
  await cart.add('T-A', 5);
  const before = await cart.view();
  await expectEnded(cart);
  expect(await cart.row()).toMatchObject({ status: 'expired', cart_id: before.id });
  const again = temporal.cart({ kind: 'customer', id });
  expect(await again.add('T-B', 1)).toMatchObject({ version: 1 });
  expect(await again.row()).toMatchObject({ status: 'active', version: 1, total_quantity: 1 });
  expect((await again.view()).id).not.toBe(before.id);
});

test.concurrent('a refused first write leaves an empty cart that ends by itself', async () => {
  const cart = temporal.cart();
  expect(await cart.do({ type: 'removeItem', lineId: 'l1' })).toMatchObject({
    refusal: { code: 'line_not_found' },
  });
  expect(await cart.row()).toBeUndefined();
  await cart.skip(49 * HOUR);
  await expectEnded(cart);
});
