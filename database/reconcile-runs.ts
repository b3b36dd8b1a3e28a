/** The book of reconcile runs: begun once, brought up to date with each batch, closed once. */
import type { ReconcileInput, ReconcileTally } from '../contract/reconcile.ts';
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';

export type RunStatus = 'running' | 'finished' | 'failed' | 'cancelled' | 'lost';

export interface ReconcileRun extends ReconcileTally {
  number: number;
  workflowId: string;
  trigger: ReconcileInput['trigger'];
  cycle: number;
  turn: number;
  status: RunStatus;
  startedAt: Date;
  progressedAt: Date;
  finishedAt: Date | null;
}

/** A run that has not reported for so long does not run any more. */
const SILENCE = '15 minutes';

/**
 * Opens the book for a run, once for its run id. The turn goes round with the scheduled runs. Runs that were terminated, and could not
 * say so, are marked as lost.
 */
export async function beginRun(
  sql: Sql,
  run: Pick<ReconcileRun, 'workflowId' | 'trigger' | 'cycle'> & { runId: string },
): Promise<{ number: number; turn: number }> {
  await sql`
    UPDATE reconcile_runs SET status = 'lost', finished_at = now()
    WHERE status = 'running' AND progressed_at < now() - ${SILENCE}::interval`;
  const [begun] = await sql<{ number: number; turn: number }[]>`
    INSERT INTO reconcile_runs AS run (workflow_id, run_id, trigger, cycle, turn)
    SELECT ${run.workflowId}, ${run.runId}, ${run.trigger}, ${run.cycle}, COALESCE((
      SELECT turn + 1 FROM reconcile_runs WHERE trigger = 'schedule' AND cycle = ${run.cycle} ORDER BY number DESC LIMIT 1
    ), 0) % ${run.cycle}
    ON CONFLICT (run_id) DO UPDATE SET progressed_at = now()
    RETURNING number, turn`;
  return begun as { number: number; turn: number };
}

/** Sets the sums. A run that is closed stays as it is. */
export async function recordRun(
  sql: Sql,
  number: number,
  status: RunStatus,
  tally: ReconcileTally,
): Promise<void> {
  await sql`
    UPDATE reconcile_runs SET status = ${status}, progressed_at = now(),
      finished_at = CASE WHEN ${status}::text = 'running' THEN NULL ELSE now() END,
      rows = ${tally.rows}, carts = ${tally.carts}, asked = ${tally.asked},
      mismatches = ${jsonText(tally.mismatches)}::text::jsonb, samples = ${jsonText(tally.samples)}::text::jsonb,
      repaired = ${tally.repaired}, unrepaired = ${tally.unrepaired}, unanswered = ${tally.unanswered},
      unsettled = ${tally.unsettled}
    WHERE number = ${number} AND status IN ('running', 'lost')`;
}

/** The newest runs, newest first. */
export const readRuns = (sql: Sql, limit: number): Promise<ReconcileRun[]> => sql<ReconcileRun[]>`
  SELECT number, workflow_id AS "workflowId", trigger, cycle, turn, status, started_at AS "startedAt",
    progressed_at AS "progressedAt", finished_at AS "finishedAt", rows, carts, asked, mismatches, repaired, unrepaired,
    unanswered, unsettled, samples
  FROM reconcile_runs ORDER BY number DESC LIMIT ${limit}`;
