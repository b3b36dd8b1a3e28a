/** The side effects that talk to Temporal as well as to the database: those of reconcile, and a cart's question after its checkout. */
import type { Client } from '@temporalio/client';
import { activityInfo } from '@temporalio/activity';
import type { StoppedCheckout } from '../contract/checkouts.ts';
import type { MismatchKind, ReconcileInput, ReconcileTally } from '../contract/reconcile.ts';
import type { Sql } from '../database/client.ts';
import { beginRun, recordRun, type RunStatus } from '../database/reconcile-runs.ts';
import type { Examined } from './examine-cart.ts';
import { type ExamineCarts, examineCarts, type Findings } from './examine-carts.ts';
import { createDatabaseGuard, type DatabaseLog } from './guard-database.ts';
import { type CheckoutFate, lookAfterCheckout } from './look-after-checkout.ts';
import { type Page, scanCarts, scanRows, type ScanRows } from './scan-carts.ts';

export interface ReconcileMetrics {
  recordMismatch(kind: MismatchKind, isRepaired: boolean): void;
  recordRun(status: RunStatus, tally: ReconcileTally): void;
}

export interface ReconcileDependencies {
  sql: Sql;
  client: Client;
  metrics?: ReconcileMetrics;
  log?: DatabaseLog;
}

export interface ReconcileActivities {
  /** Opens the book of runs for this workflow; twice, it finds the same page. `runId`: of the workflow's first run. */
  beginReconcile(run: Pick<ReconcileInput, 'trigger' | 'cycle'> & { runId: string }): Promise<{
    number: number;
    turn: number;
  }>;
  scanRows(scan: ScanRows): Promise<Page>;
  scanCarts(scan: { cursor?: string }): Promise<Page>;
  /** Asks the carts, compares, repairs. Called twice, the second call finds them sound. */
  examineCarts(list: ExamineCarts): Promise<Findings>;
  /** What became of a checkout that its cart has not heard of for long. What one that was stopped has left behind is seen to. */
  lookAfterCheckout(checkout: StoppedCheckout): Promise<CheckoutFate>;
  /** Writes the sums so far, or the last ones. */
  recordReconcile(record: { number: number; status: RunStatus; tally: ReconcileTally }): Promise<void>;
}

/** All of them reject with failures that are worth another try, but for `DatabaseFault` (a mistake of ours, logged). */
export function createReconcileActivities(dependencies: ReconcileDependencies): ReconcileActivities {
  const { sql, metrics, log } = dependencies;
  const guard = createDatabaseGuard(log);
  const hear = ({ kind, isRepaired }: Examined): void => {
    if (kind === 'sound' || kind === 'unanswered' || kind === 'unsettled') return;
    metrics?.recordMismatch(kind, isRepaired);
  };
  return {
    beginReconcile: (run) => {
      const { workflowId } = activityInfo().workflowExecution ?? { workflowId: '' };
      return guard('beginReconcile', {}, () => beginRun(sql, { ...run, workflowId }));
    },
    scanRows: (scan) => guard('scanRows', {}, () => scanRows(dependencies, scan)),
    scanCarts: (scan) => guard('scanCarts', {}, () => scanCarts(dependencies, scan)),
    examineCarts: (list) => guard('examineCarts', {}, () => examineCarts(dependencies, list, hear)),
    lookAfterCheckout: (checkout) =>
      guard('lookAfterCheckout', { checkoutId: checkout.checkoutId }, () =>
        lookAfterCheckout(sql, dependencies.client, checkout),
      ),
    recordReconcile: ({ number, status, tally }) =>
      guard('recordReconcile', { number }, async () => {
        await recordRun(sql, number, status, tally);
        if (status !== 'running') metrics?.recordRun(status, tally);
      }),
  };
}
