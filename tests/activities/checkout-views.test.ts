/** What is published of checkouts: late writers bring nothing back, and whoever waits hears of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCheckoutViews } from '../../api/checkout-views.ts';
import type { CheckoutStatus, CheckoutView } from '../../contract/checkouts.ts';
import { findCheckout, publishCheckout } from '../../database/checkout-views.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let sql: TestDatabase['sql'];
beforeAll(async () => {
  database = await createTestDatabase({});
  ({ sql } = database);
});
afterAll(() => database?.drop());

const aView = (id: string, status: CheckoutStatus): CheckoutView => ({
  id,
  cartId: 'a-cart',
  status,
  currency: 'EUR',
  totals: null,
  payment: null,
  heldUntil: null,
  payUntil: null,
  orderId: null,
  refusal: null,
  startedAt: '2026-11-22T10:00:00.000Z',
  endedAt: null,
});

const statusAfter = async (id: string, statuses: readonly CheckoutStatus[]) => {
  for (const status of statuses) await publishCheckout(sql, aView(id, status));
  return (await findCheckout(sql, id))?.status;
};

test.each([
  [['pending', 'completed'], 'completed'],
  [['completed', 'pending'], 'completed'],
  [['paid', 'pending'], 'paid'],
  [['declined', 'paid', 'pending'], 'declined'],
  [['cancelled', 'refunded'], 'refunded'],
  [['refunded', 'cancelled'], 'refunded'],
] as [CheckoutStatus[], CheckoutStatus][])('%j leaves %s', async (statuses, left) => {
  expect(await statusAfter(`in this order: ${statuses.join()}`, statuses)).toBe(left);
});

test('whoever waits is answered when it is so, and no sooner', async () => {
  const views = createCheckoutViews(sql);
  const waited = views.waitFor('waited-for', ({ status }) => status === 'completed', Date.now() + 20_000);
  await publishCheckout(sql, aView('waited-for', 'pending'));
  await publishCheckout(sql, aView('another', 'completed'));
  await publishCheckout(sql, aView('waited-for', 'completed'));
  expect(await waited).toMatchObject({ id: 'waited-for', status: 'completed' });
});

test('a hundred who wait for one thing are all answered', async () => {
  const views = createCheckoutViews(sql);
  const crowd = Array.from({ length: 100 }, () => views.waitFor('by-many', () => true, Date.now() + 20_000));
  await publishCheckout(sql, aView('by-many', 'pending'));
  const statuses = (await Promise.all(crowd)).map((view) => view?.status);
  expect(new Set(statuses)).toEqual(new Set(['pending']));
});

test('at the end of patience it is as it is, or not there', async () => {
  const views = createCheckoutViews(sql);
  await publishCheckout(sql, aView('slow', 'pending'));
  const soon = () => Date.now() + 50;
  expect(await views.waitFor('slow', ({ status }) => status === 'completed', soon())).toMatchObject({
    status: 'pending',
  });
  expect(await views.waitFor('nowhere', () => true, soon())).toBeUndefined();
});
