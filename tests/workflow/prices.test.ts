/** Prices that grow old in a cart: looked up again at the next change after an hour. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setProduct } from '../../database/catalogue.ts';
import { eventually } from '../support/eventually.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

const HOUR = 3_600_000;

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal();
});
afterAll(() => temporal?.close());

test('an old price is looked up at the next change; the shopper is warned, the trail says so', async () => {
  const cart = temporal.cart();
  await cart.add('T-001', 2);
  await setProduct(temporal.sql, 'T-001', { price: 1_500 });
  await cart.skip(2 * HOUR);
  expect((await cart.view()).lines[0]?.unitPrice).toBe(1_001);
  await cart.add('T-B', 1);
  await eventually(async () => expect((await cart.row())?.version).toBe(3));
  const view = await cart.publishedView();
  expect(view?.lines[0]).toMatchObject({ unitPrice: 1_500, lineTotal: 3_000 });
  expect(view?.warnings).toMatchObject([{ code: 'price_moved', lineId: 'l1' }]);
  expect((await cart.audit()).map((row) => row.kind)).toEqual(['addItem', 'addItem', 'reprice']);
  expect(view).toEqual(await cart.view());
});

test('a young price is left alone', async () => {
  const cart = temporal.cart();
  await cart.add('T-002', 1);
  await setProduct(temporal.sql, 'T-002', { price: 1_500 });
  await cart.add('T-B', 1);
  expect((await cart.view()).lines[0]?.unitPrice).toBe(1_002);
  expect(await cart.audit()).toHaveLength(2);
});

test('an old price that still holds makes no new version', async () => {
  const cart = temporal.cart();
  await cart.add('T-003', 1);
  await cart.skip(2 * HOUR);
  await cart.add('T-B', 1);
  await cart.add('T-B', 1);
  expect(await cart.row()).toMatchObject({ version: 3 });
});

test('a product that is gone stays in the cart, marked', async () => {
  const cart = temporal.cart();
  await cart.add('T-004', 1);
  await setProduct(temporal.sql, 'T-004', { active: false });
  await cart.skip(2 * HOUR);
  await cart.add('T-B', 1);
  await eventually(async () => expect((await cart.row())?.version).toBe(3));
  expect((await cart.publishedView())?.lines[0]).toMatchObject({
    available: 'discontinued',
    unitPrice: 1_004,
  });
  expect((await cart.publishedView())?.hasUnavailableItems).toBe(true);
});
