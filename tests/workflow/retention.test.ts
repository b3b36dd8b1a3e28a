/** The retention workflow: on a schedule and alone, through lost answers, dying workers and a database that is away, to the same end. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Config, readConfig } from '../../config.ts';
import { RETENTION_STEPS, type RetentionInput, type RetentionProgress } from '../../contract/retention.ts';
import { readRetentionRuns } from '../../database/retention-runs.ts';
import { RETENTION } from '../../temporal.config.ts';
import { createWorkerMetrics } from '../../worker/metrics.ts';
import { ensureSchedules } from '../../worker/schedules.ts';
import { eventually } from '../support/eventually.ts';
import { DAY, oldCart } from '../support/old-carts.ts';
import { RETENTION_POLICY } from '../support/retention.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
let metrics: ReturnType<typeof createWorkerMetrics>;
/** Called before each portion, and after it has been committed: what it throws is what the worker dies of. */
let disturb: (when: 'before' | 'after', step: string) => Promise<void> | void = () => undefined;

beforeAll(async () => {
  metrics = createWorkerMetrics();
  temporal = await createTestTemporal({
    metrics,
    retention: {
      limit: 10,
      metrics,
      wrap: (real) => ({
        ...real,
        async forgetPortion(portion) {
          await disturb('before', portion.step);
          const done = await real.forgetPortion(portion);
          await disturb('after', portion.step);
          return done;
        },
      }),
    },
  });
});
beforeEach(() => {
  disturb = () => undefined;
});
afterAll(async () => {
  await temporal?.close();
  await metrics?.close();
});
afterEach(() => temporal.databaseGate.open());

const start = (more: Partial<RetentionInput> = {}) =>
  temporal.client.workflow.start(RETENTION.workflow, {
    workflowId: `${RETENTION.onDemandId}:${randomUUID()}`,
    taskQueue: temporal.taskQueue,
    args: [
      {
        trigger: 'operator',
        policy: RETENTION_POLICY,
        steps: RETENTION_STEPS,
        ...more,
      } satisfies RetentionInput,
    ],
  });
const run = async () => (await (await start()).result()) as RetentionProgress;

/** 15 keys, 5 rows, 5 finished carts, 20 entries. */
const makeOldCarts = () =>
  Promise.all(Array.from({ length: 5 }, () => oldCart(temporal.sql, 'expired', 600 * DAY)));
const FIVE_CARTS = { cart_requests: 15, finished_carts: 5, carts: 5, cart_audit: 20 };
const newest = async () => (await readRetentionRuns(temporal.sql, 1))[0];

test('it deletes portion by portion, and says what it did: result, book, Temporal UI, metrics', async () => {
  await makeOldCarts();
  const handle = await start();
  expect(await handle.result()).toMatchObject({ deleted: FIVE_CARTS, failed: [] });
  expect(await newest()).toMatchObject({ status: 'finished', trigger: 'operator', deleted: FIVE_CARTS });
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toContain('| cart_audit | 20 |');
  const text = await metrics.collect();
  expect(text).toContain('cartwright_retention_deleted_rows_total{table="cart_audit"} 20');
  expect(text).toContain('cartwright_retention_runs_total{status="finished"} 1');
  expect(text).toMatch(/cartwright_retention_last_success_timestamp_seconds \d/);
});

test('portions whose answers are lost are done and counted once', async () => {
  await makeOldCarts();
  let commits = 0;
  let lost = 0;
  disturb = (when) => {
    if (when !== 'after') return;
    commits += 1;
    // One portion twice in a row and two later ones: each pause doubles, and what is lost once more is no other promise.
    if ([1, 2, 4, 6].includes(commits) && (lost += 1)) throw new Error('the worker died after its commit');
  };
  expect(await run()).toMatchObject({ deleted: FIVE_CARTS, failed: [] });
  expect(lost).toBe(4);
});

test('a worker that goes away in the middle leaves the rest to the next one', async () => {
  await makeOldCarts();
  let isReached: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    isReached = resolve;
  });
  disturb = (when, step) => void (when === 'after' && step === 'carts' && isReached());
  const handle = await start();
  await reached;
  await temporal.stopWorker();
  expect((await newest())?.status).toBe('running');
  await temporal.startWorker();
  expect(await handle.result()).toMatchObject({ deleted: FIVE_CARTS, failed: [] });
});

test('while the database is away it waits', async () => {
  await makeOldCarts();
  let attempts = 0;
  disturb = (when, step) => {
    if (when === 'after' || step !== 'finishedCarts') return;
    attempts += 1;
    if (attempts === 1) temporal.databaseGate.shut();
    if (attempts === 3) temporal.databaseGate.open();
  };
  expect(await run()).toMatchObject({ deleted: FIVE_CARTS, failed: [] });
  expect(attempts).toBeGreaterThan(2);
});

test('a step that cannot be done is named, and the others are done', async () => {
  await makeOldCarts();
  await temporal.sql`ALTER FUNCTION forget_trails RENAME TO forget_trails_away`;
  const { cart_audit: _left, ...others } = FIVE_CARTS;
  await expect(run()).rejects.toThrow();
  expect(await newest()).toMatchObject({ status: 'failed', failed: ['trails'], deleted: others });
  await temporal.sql`ALTER FUNCTION forget_trails_away RENAME TO forget_trails`;
  expect(await run()).toMatchObject({ deleted: { cart_audit: 20 }, failed: [] });
});

test('cancelled, it stops and says so', async () => {
  await makeOldCarts();
  const handle = await start();
  let isCancelled = false;
  disturb = async () => {
    if (!isCancelled) await handle.cancel();
    isCancelled = true;
  };
  await expect(handle.result()).rejects.toThrow();
  await eventually(async () => expect(await newest()).toMatchObject({ status: 'cancelled' }));
  expect(await run()).toMatchObject({ failed: [] });
});

test('a long backlog goes on in fresh runs of the workflow', async () => {
  await temporal.sql`
    INSERT INTO outbox (purpose, key, payload, sent_at)
    SELECT 'recovery', number, '{}', now() - interval '40 days' FROM generate_series(1, 35) AS number`;
  const handle = await start({ portionsPerRun: 3 });
  expect(await handle.result()).toMatchObject({ deleted: { outbox: 35 } });
  const { runId, historyLength } = await handle.describe();
  expect(runId).not.toBe(handle.firstExecutionRunId);
  expect(historyLength).toBeLessThan(60);
});

test('the schedule runs it, with the ages of the settings, never two at once', async () => {
  const suffix = `-${randomUUID()}`;
  const settings: Config = {
    ...readConfig({ RETENTION_OUTBOX: '45d' }),
    RECONCILE_INTERVAL: 0,
    RETENTION_INTERVAL: 2_000,
  };
  const ensure = (change: Partial<Config> = {}) =>
    ensureSchedules(temporal.client, { ...settings, ...change }, { taskQueue: temporal.taskQueue, suffix });
  await Promise.all([ensure(), ensure()]);
  try {
    const { policies, action } = await temporal.client.schedule
      .getHandle(`${RETENTION.scheduleId}${suffix}`)
      .describe();
    expect(policies.overlap).toBe('SKIP');
    expect(action.args).toMatchObject([
      { trigger: 'schedule', policy: { outboxMs: 45 * DAY, trailsMs: 400 * DAY } },
    ]);
    await makeOldCarts();
    await eventually(
      async () => {
        const runs = await readRetentionRuns(temporal.sql, 100);
        const sum = runs.reduce(
          (rows, { trigger, deleted }) => rows + (trigger === 'schedule' ? (deleted.carts ?? 0) : 0),
          0,
        );
        expect(sum).toBe(5);
      },
      { within: 40_000 },
    );
  } finally {
    await ensure({ RETENTION_INTERVAL: 0 });
  }
});
