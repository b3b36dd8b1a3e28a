/** The schedule of reconcile: made once by however many workers, brought up to date, left paused, taken away; and it runs. */
import { randomUUID } from 'node:crypto';
import { ScheduleNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Config, readConfig } from '../../config.ts';
import { readRuns } from '../../database/reconcile-runs.ts';
import { ensureSchedules } from '../../worker/schedules.ts';
import { eventually } from '../support/eventually.ts';
import { rowOf } from '../support/reconcile.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

const suffix = `-${randomUUID()}`;
const scheduleId = `reconcile${suffix}`;
const SETTINGS: Config = { ...readConfig({}), RETENTION_INTERVAL: 0 };

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal();
});
afterAll(async () => {
  await ensure({ RECONCILE_INTERVAL: 0 });
  await temporal?.close();
});

const ensure = (change: Partial<Config> = {}) =>
  ensureSchedules(temporal.client, { ...SETTINGS, ...change }, { taskQueue: temporal.taskQueue, suffix });

const schedule = () => temporal.client.schedule.getHandle(scheduleId);

test('three workers that start at once make one schedule, which never overlaps itself', async () => {
  await Promise.all([ensure(), ensure(), ensure()]);
  const { spec, policies, action } = await schedule().describe();
  expect(spec.intervals).toMatchObject([{ every: 3_600_000 }]);
  expect(policies.overlap).toBe('SKIP');
  expect(action).toMatchObject({ workflowType: 'reconcileWorkflow', workflowId: 'reconcile:scheduled' });
  expect(action.args).toEqual([{ trigger: 'schedule', cycle: 24, indexedAfterMs: 600_000 }]);
});

test('another setting changes it; what an operator has paused stays paused', async () => {
  await schedule().pause('looking into something');
  await ensure({ RECONCILE_INTERVAL: 1_800_000, RECONCILE_CYCLE: 1 });
  const { spec, state, action } = await schedule().describe();
  expect(spec.intervals?.[0]?.every).toBe(1_800_000);
  expect(action.args).toMatchObject([{ cycle: 1 }]);
  expect(state).toMatchObject({ paused: true, note: 'looking into something' });
  await schedule().unpause();
});

test('it finds and repairs a broken row by itself', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  const before = await rowOf(cart);
  await temporal.sql`UPDATE carts SET total = 1 WHERE workflow_id = ${cart.workflowId}`;
  await ensure({ RECONCILE_INTERVAL: 2_000, RECONCILE_CYCLE: 1 });
  await eventually(async () => expect(await rowOf(cart)).toEqual(before), { within: 30_000 });
  await eventually(
    async () => {
      const runs = await readRuns(temporal.sql, 100);
      const found = runs.filter(({ mismatches }) => mismatches.divergent === 1);
      expect(found).toMatchObject([{ trigger: 'schedule', status: 'finished', repaired: 1 }]);
      expect(runs.filter(({ status }) => status === 'finished').length).toBeGreaterThan(1);
    },
    { within: 30_000 },
  );
});

test('off takes it away, twice too', async () => {
  await ensure({ RECONCILE_INTERVAL: 0 });
  await ensure({ RECONCILE_INTERVAL: 0 });
  await expect(schedule().describe()).rejects.toThrow(ScheduleNotFoundError);
  await ensure();
  expect((await schedule().describe()).scheduleId).toBe(scheduleId);
});
