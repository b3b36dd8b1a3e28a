/** A healthy system is left as it is by reconcile, and asked as little as can be; what a run did is in the book and in the metrics. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRuns } from '../../database/reconcile-runs.ts';
import { createWorkerMetrics } from '../../worker/metrics.ts';
import type { CartUnderTest } from '../support/cart-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { cartOfTwoLines, reconcile, untilListed } from '../support/reconcile.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
const metrics = createWorkerMetrics();
beforeAll(async () => {
  temporal = await createTestTemporal({ metrics });
});
afterAll(() => temporal?.close());

const aCart = (kind?: 'customer') => cartOfTwoLines(temporal, kind);

const tagOf = async (cart: CartUnderTest) =>
  (await temporal.sql`SELECT xmin::text AS tag FROM carts WHERE workflow_id = ${cart.workflowId}`)[0]?.tag;

describe('a healthy system', () => {
  test('reports no mismatch and is not touched: carts, a cart without a change, an expired one, two of one customer', async () => {
    const carts = [await aCart(), await aCart('customer')];
    const silent = temporal.cart();
    await silent.start();
    const expired = temporal.cart({ policy: { expiryGuestMs: 300 } });
    await expired.add('T-A', 1);
    await eventually(async () => expect((await expired.row())?.status).toBe('expired'));
    const tags = await Promise.all([...carts, expired].map(tagOf));
    await untilListed(temporal, [...carts, silent]);
    const tally = await reconcile(temporal);
    expect(tally).toMatchObject({ mismatches: {}, repaired: 0, unrepaired: 0, unanswered: 0, unsettled: 0 });
    expect(tally.rows).toBe(2);
    expect(tally.carts).toBe(3);
    expect(tally.asked).toBe(3);
    expect(await Promise.all([...carts, expired].map(tagOf))).toEqual(tags);
    expect(await silent.row()).toBeUndefined();
  });

  test('costs no question where the index agrees and it is not the turn of a cart', async () => {
    const cart = await aCart();
    await untilListed(temporal, [cart]);
    const tally = await reconcile(temporal, { cycle: 1_000 });
    expect(tally.mismatches).toEqual({});
    expect(tally.rows).toBeGreaterThan(0);
    // Carts without a row, which the index cannot tell from lost rows, and the odd cart whose turn it is.
    expect(tally.asked).toBeLessThanOrEqual(2);
  });

  test('asks each cart once in a cycle of scheduled runs', async () => {
    const { rows } = await reconcile(temporal);
    const tallies = [];
    for (let turn = 0; turn < 3; turn += 1) {
      tallies.push(await reconcile(temporal, { trigger: 'schedule', cycle: 3 }));
    }
    const strangers = (await reconcile(temporal, { cycle: 1_000 })).asked;
    const asked = tallies.reduce((sum, tally) => sum + tally.asked - strangers, 0);
    expect(Math.abs(asked - rows)).toBeLessThanOrEqual(3);
  });
});

test('the book of runs says what was found, newest first', async () => {
  const cart = await aCart();
  await temporal.sql`UPDATE carts SET total = 1 WHERE workflow_id = ${cart.workflowId}`;
  const tally = await reconcile(temporal);
  const [last] = await readRuns(temporal.sql, 1);
  const { asked, rows, mismatches, repaired, samples } = tally;
  expect(last).toMatchObject({
    status: 'finished',
    trigger: 'operator',
    asked,
    rows,
    mismatches,
    repaired,
    samples,
  });
  expect(last?.finishedAt).toBeInstanceOf(Date);
});

test('the metrics count each mismatch, and tell when the last run was', async () => {
  const count = async () =>
    Number(/mismatches_total{kind="divergent",repaired="true"} (\d+)/.exec(await metrics.collect())?.[1]);
  const before = await count();
  const cart = await aCart();
  await temporal.sql`UPDATE carts SET total = 1 WHERE workflow_id = ${cart.workflowId}`;
  const startedAt = Date.now();
  const { rows } = await reconcile(temporal);
  expect(await count()).toBe(before + 1);
  const text = await metrics.collect();
  const lastAt = Number(/^cartwright_reconcile_last_run_timestamp_seconds (\S+)/m.exec(text)?.[1]) * 1_000;
  expect(lastAt).toBeGreaterThanOrEqual(startedAt);
  expect(text).toContain(`cartwright_reconcile_last_run{count="rows"} ${rows}`);
  expect(text).toMatch(/cartwright_reconcile_runs_total\{status="finished"\} \d+/);
});
