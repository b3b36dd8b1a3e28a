/** The schedules of the namespace, made or brought up to date at every worker's start. What operators paused stays paused. */
import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { type Config } from '../config.ts';
import { retentionOf } from '../config-policies.ts';
import type { ReconcileInput } from '../contract/reconcile.ts';
import { RETENTION_STEPS, type RetentionInput } from '../contract/retention.ts';
import { RECONCILE, RETENTION, TASK_QUEUE } from '../temporal.config.ts';

/** A run that was missed for longer, because Temporal was away, is not made up for: the next one does its work. */
const CATCH_UP_MS = 600_000;

/** The index follows a cart's idle tick, a little late: twice the tick is certain. */
const QUIET_TICKS = 2;

interface Recurring {
  scheduleId: string;
  workflow: string;
  workflowId: string;
  /** Ms; 0 means not at all. */
  every: number;
  input: object;
  summary: string;
}

function recurring(settings: Config): Recurring[] {
  const reconcile: ReconcileInput = {
    trigger: 'schedule',
    cycle: settings.RECONCILE_CYCLE,
    indexedAfterMs: settings.IDLE_TICK * QUIET_TICKS,
  };
  const retention: RetentionInput = {
    trigger: 'schedule',
    policy: retentionOf(settings),
    steps: RETENTION_STEPS,
  };
  return [
    {
      scheduleId: RECONCILE.scheduleId,
      workflow: RECONCILE.workflow,
      workflowId: RECONCILE.scheduledId,
      every: settings.RECONCILE_INTERVAL,
      input: reconcile,
      summary: 'read model against carts',
    },
    {
      scheduleId: RETENTION.scheduleId,
      workflow: RETENTION.workflow,
      workflowId: RETENTION.scheduledId,
      every: settings.RETENTION_INTERVAL,
      input: retention,
      summary: 'deletes what is not needed any more',
    },
  ];
}

const scheduleOf = ({ workflow, workflowId, every, input, summary }: Recurring, taskQueue: string) => ({
  spec: { intervals: [{ every }] },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
  action: {
    type: 'startWorkflow' as const,
    workflowType: workflow,
    workflowId,
    taskQueue,
    args: [input],
    staticSummary: summary,
  },
});

async function ensureSchedule(
  client: Client,
  job: Recurring,
  scheduleId: string,
  taskQueue: string,
): Promise<void> {
  const handle = client.schedule.getHandle(scheduleId);
  if (job.every === 0) {
    await handle.delete().catch((error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
    return;
  }
  const schedule = scheduleOf(job, taskQueue);
  try {
    await client.schedule.create({ scheduleId, ...schedule });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await handle.update(({ state }) => ({ ...schedule, state }));
  }
}

/** Safe from several workers at once. An interval of 0 takes a schedule away. `suffix`: behind the ids, for tests beside each other. */
export async function ensureSchedules(
  client: Client,
  settings: Config,
  { taskQueue = TASK_QUEUE, suffix = '' } = {},
): Promise<void> {
  for (const job of recurring(settings)) {
    await ensureSchedule(client, job, `${job.scheduleId}${suffix}`, taskQueue);
  }
}
