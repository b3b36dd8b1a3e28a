/** The schedules of the namespace, made or brought up to date at every worker's start. What operators paused stays paused. */
import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { Config } from '../config.ts';
import type { ReconcileInput } from '../contract/reconcile.ts';
import { RECONCILE, TASK_QUEUE } from '../temporal.config.ts';

type Settings = Pick<Config, 'RECONCILE_INTERVAL' | 'RECONCILE_CYCLE' | 'IDLE_TICK'>;

/** A run that was missed for longer, because Temporal was away, is not made up for: the next one does its work. */
const CATCH_UP_MS = 600_000;

/** The index follows a cart's idle tick, a little late: twice the tick is certain. */
const QUIET_TICKS = 2;

function reconcileSchedule(settings: Settings, taskQueue: string) {
  const input: ReconcileInput = {
    trigger: 'schedule',
    cycle: settings.RECONCILE_CYCLE,
    indexedAfterMs: settings.IDLE_TICK * QUIET_TICKS,
  };
  return {
    spec: { intervals: [{ every: settings.RECONCILE_INTERVAL }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
    action: {
      type: 'startWorkflow' as const,
      workflowType: RECONCILE.workflow,
      workflowId: RECONCILE.scheduledId,
      taskQueue,
      args: [input],
      staticSummary: 'read model against carts',
    },
  };
}

/** Safe from several workers at once. An interval of 0 takes the schedule away. */
export async function ensureSchedules(
  client: Client,
  settings: Settings,
  { taskQueue = TASK_QUEUE, scheduleId = RECONCILE.scheduleId as string } = {},
): Promise<void> {
  const handle = client.schedule.getHandle(scheduleId);
  if (settings.RECONCILE_INTERVAL === 0) {
    await handle.delete().catch((error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
    return;
  }
  const schedule = reconcileSchedule(settings, taskQueue);
  try {
    await client.schedule.create({ scheduleId, ...schedule });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await handle.update(({ state }) => ({ ...schedule, state }));
  }
}
