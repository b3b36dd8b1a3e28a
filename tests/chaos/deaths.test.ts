/** The worker of a checkout dies before and after each step that there is, and again, on every way that a checkout may go. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCheckoutActivities } from '../../activities/checkout-activities.ts';
import { tablesOf } from '../../activities/checkout-ports.ts';
import { createPaymentActivities } from '../../activities/create-payment-activities.ts';
import { createDatabaseGuard } from '../../activities/guard-database.ts';
import { PRICING } from '../support/checkouts.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { DEATH_ENVIRONMENT, type DeathReport, runDeaths } from './run-deaths.ts';

let stack: TestStack;
let report: DeathReport;

beforeAll(async () => {
  const oncePer = process.env.DEATHS_PER === 'workflow' ? 'workflow' : 'shop';
  const workers = oncePer === 'workflow' ? 4 : 2;
  stack = await startTestStack({ apis: 1, workers, environment: DEATH_ENVIRONMENT });
  report = await runDeaths(stack, oncePer);
  const { points, returns, seconds } = report;
  console.log(`${points.length} points, workers came back ${returns} times, ${seconds} s`);
}, 3_600_000);

afterAll(async () => {
  await stack?.stop();
});

test('every way ends as it does where nobody dies: one order or none, one payment, all stock, one mail or none', () => {
  expect(report.faults).toEqual([]);
});

/** The sweep is no step of a checkout: workers do it beside. */
const BESIDE = ['releaseOverdueStock'];

/** What its cart does. */
const AROUND = ['publishCart', 'lookAfterCheckout', 'readPolicy'];

test('no step of a checkout is left out, nor what its cart does around it', () => {
  const { sql } = stack;
  const payments = { chosen: undefined, providers: {} };
  const steps = [
    ...Object.keys(createCheckoutActivities({ sql, ...tablesOf(PRICING) }, createDatabaseGuard())),
    ...Object.keys(createPaymentActivities({ sql, payments })),
    ...AROUND,
  ].filter((name) => !BESIDE.includes(name));
  const missing = steps
    .flatMap((name) => [`${name}.before.exit`, `${name}.after.exit`])
    .filter((point) => !report.points.some((died) => died.startsWith(point)));
  expect(missing).toEqual([]);
});
