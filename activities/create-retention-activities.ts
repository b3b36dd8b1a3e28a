/** The side effects of retention: a book of runs, and portions of old rows that are deleted. */
import { activityInfo, heartbeat } from '@temporalio/activity';
import type {
  DeletedRows,
  RetentionInput,
  RetentionPolicy,
  RetentionStep,
  RetentionTable,
} from '../contract/retention.ts';
import type { Sql } from '../database/client.ts';
import type { Forgotten } from '../database/forget-portion.ts';
import { FORGET } from '../database/forget-rows.ts';
import { beginRetentionRun, countDeleted, endRetentionRun } from '../database/retention-runs.ts';
import { createDatabaseGuard, type DatabaseLog } from './guard-database.ts';

export interface RetentionMetrics {
  recordDeleted(table: RetentionTable, rows: number): void;
  recordRetention(status: RetentionEnd): void;
}

export type RetentionEnd = 'finished' | 'failed' | 'cancelled';

export interface RetentionDependencies {
  sql: Sql;
  metrics?: RetentionMetrics;
  log?: DatabaseLog;
  /** Rows of one portion. */
  limit?: number;
}

export interface ForgetPortion {
  /** Of the run. */
  number: number;
  step: RetentionStep;
  policy: RetentionPolicy;
  /** `next` of the portion before. */
  after?: string;
}

/** `deleted`: by this portion. `total`: by the run so far, portions whose answers were lost included. Without `next` the step is done. */
export interface ForgottenPortion extends Forgotten {
  total: DeletedRows;
}

export interface RetentionActivities {
  /** Opens the book for this workflow; twice, it finds the same page. `runId`: of the workflow's first run. Returns its number. */
  beginRetention(run: Pick<RetentionInput, 'trigger'> & { runId: string }): Promise<number>;
  /** Deletes one portion and counts it, all or none. Repeated, it deletes the next one. */
  forgetPortion(portion: ForgetPortion): Promise<ForgottenPortion>;
  endRetention(end: { number: number; status: RetentionEnd; failed: RetentionStep[] }): Promise<void>;
}

/** Small enough to take some ten milliseconds and to hold no lock that anybody notices. */
const LIMIT = 1_000;

/** Longer than a shopper's statement may take: a portion that is short of memory or index pages is still done, and not tried for ever. */
const STATEMENT_TIMEOUT = '30s';

const HEARTBEAT_MS = 3_000;

/** A worker that dies is noticed by its silence. */
async function whileBeating<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => heartbeat(), HEARTBEAT_MS);
  return await work().finally(() => clearInterval(timer));
}

/** All of them reject with `DatabaseUnavailable` (worth another try) or `DatabaseFault` (a mistake of ours, logged). */
export function createRetentionActivities(dependencies: RetentionDependencies): RetentionActivities {
  const { sql, metrics, log, limit = LIMIT } = dependencies;
  const guard = createDatabaseGuard(log);

  const forget = ({ number, step, policy, after = '' }: ForgetPortion): Promise<ForgottenPortion> =>
    sql.begin(async (tx) => {
      await tx`SELECT set_config('statement_timeout', ${STATEMENT_TIMEOUT}, true)`;
      const forgotten = await FORGET[step](tx, { policy, limit, after });
      return { ...forgotten, total: await countDeleted(tx, number, forgotten.deleted) };
    });

  return {
    beginRetention: (run) => {
      const { workflowId } = activityInfo().workflowExecution ?? { workflowId: '' };
      return guard('beginRetention', {}, () => beginRetentionRun(sql, { ...run, workflowId }));
    },
    forgetPortion: (portion) =>
      guard('forgetPortion', { step: portion.step }, async () => {
        const done = await whileBeating(() => forget(portion));
        for (const [table, rows] of Object.entries(done.deleted))
          metrics?.recordDeleted(table as RetentionTable, rows);
        return done;
      }),
    endRetention: ({ number, status, failed }) =>
      guard('endRetention', { number }, async () => {
        await endRetentionRun(sql, number, status, failed);
        metrics?.recordRetention(status);
      }),
  };
}
