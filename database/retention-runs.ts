/** The book of retention runs: begun once, added to in the transactions that delete, closed once. */
import type { DeletedRows, RetentionInput, RetentionStep } from '../contract/retention.ts';
import type { Sql } from './client.ts';
import type { Forgotten, Transaction } from './forget-portion.ts';
import { jsonText } from './json-text.ts';
import type { RunStatus } from './reconcile-runs.ts';

export interface RetentionRun {
  number: number;
  trigger: RetentionInput['trigger'];
  status: RunStatus;
  startedAt: Date;
  finishedAt: Date | null;
  deleted: DeletedRows;
  failed: RetentionStep[];
}

/** A run that has not reported for so long does not run any more. */
const SILENCE = '2 hours';

/** Opens the book for a run, once for its run id. Runs that were terminated, and could not say so, are marked as lost. */
export async function beginRetentionRun(
  sql: Sql,
  run: Pick<RetentionRun, 'trigger'> & { workflowId: string; runId: string },
): Promise<number> {
  await sql`
    UPDATE retention_runs SET status = 'lost', finished_at = now()
    WHERE status = 'running' AND progressed_at < now() - ${SILENCE}::interval`;
  const [begun] = await sql<{ number: number }[]>`
    INSERT INTO retention_runs AS run (workflow_id, run_id, trigger)
    VALUES (${run.workflowId}, ${run.runId}, ${run.trigger})
    ON CONFLICT (run_id) DO UPDATE SET progressed_at = now()
    RETURNING number`;
  return (begun as { number: number }).number;
}

/** Adds what the transaction has deleted, and returns the sums: right even where the answer of an earlier portion was lost. */
export async function countDeleted(
  tx: Transaction,
  number: number,
  deleted: Forgotten['deleted'],
): Promise<DeletedRows> {
  const some = Object.fromEntries(Object.entries(deleted).filter(([, count]) => count > 0));
  const [run] = await tx<{ deleted: DeletedRows }[]>`
    UPDATE retention_runs SET progressed_at = now(), deleted = deleted || COALESCE((
      SELECT jsonb_object_agg(key, value::bigint + COALESCE((deleted ->> key)::bigint, 0))
      FROM jsonb_each_text(${jsonText(some)}::text::jsonb)
    ), '{}')
    WHERE number = ${number} RETURNING deleted`;
  return run?.deleted ?? {};
}

/** A run that is closed stays as it is. */
export async function endRetentionRun(
  sql: Sql,
  number: number,
  status: 'finished' | 'failed' | 'cancelled',
  failed: readonly RetentionStep[],
): Promise<void> {
  await sql`
    UPDATE retention_runs SET status = ${status}, failed = ${jsonText(failed)}::text::jsonb,
      progressed_at = now(), finished_at = now()
    WHERE number = ${number} AND status IN ('running', 'lost')`;
}

/** The newest runs, newest first. */
export const readRetentionRuns = (sql: Sql, limit: number): Promise<RetentionRun[]> => sql<RetentionRun[]>`
  SELECT number, trigger, status, started_at AS "startedAt", finished_at AS "finishedAt", deleted, failed
  FROM retention_runs ORDER BY number DESC LIMIT ${limit}`;
