/**
 * The operators' way to Temporal: look into one cart, have its row written again, start and follow bulk actions, see who works. Acts on a
 * cart go through the lane of that cart (carts.ts), like everybody's.
 */
import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../temporal.config.ts';
import { type Inspection, inspectQuery, type RewriteRow, rewriteRowUpdate } from '../workflows/messages.ts';
import { askIfThere } from './ask-temporal.ts';
import type { CartsPlace } from './carts.ts';
import { Problem } from './problem.ts';
import { createTemporalClient } from './temporal-client.ts';

/** One cart's workflow, as it is now. */
export interface LiveCart {
  runId: string;
  /** Temporal's word for it: `RUNNING`, `COMPLETED` … */
  status: string;
  startedAt: Date;
  historyEvents: number;
  /** Undefined where the workflow has ended, or no worker answers. */
  inspection: Inspection | undefined;
}

/** A process that asks for work. */
export interface Poller {
  identity: string;
  /** RFC 3339. */
  lastSeenAt: string | null;
}

export interface ScheduleState {
  id: string;
  isPaused: boolean;
  /** RFC 3339; null where it has not run, or will not. */
  lastRunAt: string | null;
  nextRunAt: string | null;
}

export interface TemporalHealth {
  workers: Poller[];
  schedules: ScheduleState[];
}

/** Rejects with a `Problem` when Temporal does not answer. */
export interface OperatorGateway {
  health(): Promise<TemporalHealth>;
  /** Undefined: Temporal knows no such workflow (or no longer). */
  look(workflowId: string): Promise<LiveCart | undefined>;
  /** False: the database did not take it in time; the cart goes on trying. Undefined: there is no living cart. */
  rewriteRow(workflowId: string, what: RewriteRow): Promise<boolean | undefined>;
}

export function createOperatorGateway(
  place: CartsPlace = { client: createTemporalClient(), taskQueue: TASK_QUEUE },
): OperatorGateway {
  return new TemporalOperatorGateway(place);
}

class TemporalOperatorGateway implements OperatorGateway {
  readonly #client: Client;
  readonly #taskQueue: string;

  constructor({ client, taskQueue }: CartsPlace) {
    this.#client = client;
    this.#taskQueue = taskQueue;
  }

  async health(): Promise<TemporalHealth> {
    const health = await askIfThere(this.#client, async () => ({
      workers: await this.#workers(),
      schedules: await this.#schedules(),
    }));
    if (!health) throw new Problem('dependency_unavailable');
    return health;
  }

  look(workflowId: string): Promise<LiveCart | undefined> {
    return askIfThere(this.#client, async () => {
      const handle = this.#client.workflow.getHandle(workflowId);
      const { runId, status, startTime, historyLength } = await handle.describe();
      const isRunning = status.name === 'RUNNING';
      // A cart whose worker is away is shown without its inside rather than not at all.
      const inspection = isRunning ? await handle.query(inspectQuery).catch(() => undefined) : undefined;
      return { runId, status: status.name, startedAt: startTime, historyEvents: historyLength, inspection };
    });
  }

  rewriteRow(workflowId: string, what: RewriteRow): Promise<boolean | undefined> {
    return askIfThere(this.#client, async () => {
      const handle = this.#client.workflow.getHandle(workflowId);
      return (await handle.executeUpdate(rewriteRowUpdate, { args: [what] })).isWritten;
    });
  }

  async #workers(): Promise<Poller[]> {
    const { connection, options } = this.#client;
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace: options.namespace,
      taskQueue: { name: this.#taskQueue },
      // 1: TASK_QUEUE_TYPE_WORKFLOW
      taskQueueType: 1,
    });
    return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
      identity: identity ?? 'unknown',
      lastSeenAt: lastAccessTime ? new Date(Number(lastAccessTime.seconds) * 1_000).toISOString() : null,
    }));
  }

  async #schedules(): Promise<ScheduleState[]> {
    const schedules: ScheduleState[] = [];
    for await (const { scheduleId, info, state } of this.#client.schedule.list()) {
      schedules.push({
        id: scheduleId,
        isPaused: state.paused,
        lastRunAt: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
        nextRunAt: info.nextActionTimes[0]?.toISOString() ?? null,
      });
    }
    return schedules;
  }
}
