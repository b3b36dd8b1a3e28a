/** The short version of `npm run test:races` through the whole system, while workers, API processes and the payment provider are killed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCheckoutRounds } from '../races/run-checkout-rounds.ts';
import { runPayments } from '../races/run-payments.ts';
import { runStockRaces } from '../races/run-stock-races.ts';
import { SERIES_ENVIRONMENT } from '../races/series.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const LIMIT = { timeout: 900_000 };
const seed = Math.floor(Math.random() * 2 ** 31);

let stack: TestStack;

beforeAll(async () => {
  console.log(`races through the whole system, seed ${seed}`);
  stack = await startTestStack({ environment: SERIES_ENVIRONMENT });
});

afterAll(async () => {
  await stack?.stop();
});

test('in races for stock all is sold that is wanted and there, and no more', LIMIT, async () => {
  const report = await runStockRaces({ stack, count: 8, seed, killsPerMinute: 3 });
  expect(report.faults).toEqual([]);
  expect(report).toMatchObject({ races: 8, oversold: 0, undersold: 0 });
  expect(report.orders).toBeGreaterThan(5);
});

test('ten checkouts of one cart at once are one checkout, one payment, one order', LIMIT, async () => {
  const report = await runCheckoutRounds({ stack, count: 8, seed, killsPerMinute: 3 });
  expect(report.faults).toEqual([]);
  expect(report).toMatchObject({ rounds: 8, orders: 8, payments: 8 });
  expect(report.webhookFirst).toBeGreaterThan(0);
});

test(
  'what becomes of a payment depends on what its provider says, not on when or how often',
  LIMIT,
  async () => {
    const report = await runPayments({ stack, count: 24, seed, killsPerMinute: 3 });
    expect(report.faults).toEqual([]);
    expect(report.payments).toBe(24);
    expect(report.paid).toBeGreaterThan(3);
  },
);
