/**
 * Compares the read model with the carts, and repairs it: all open rows against the index, then all open carts against the rows; carts
 * that look wrong, and a share of the others, are asked themselves. A page at a time; a fresh run now and then.
 */
import {
  ActivityCancellationType,
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ReconcileActivities } from '../activities/create-reconcile-activities.ts';
import type { ReconcileInput, ReconcileProgress, ReconcileTally } from '../contract/reconcile.ts';
import { addFindings, mayClose, startOf } from './reconcile-progress.ts';
import { reconcileDetails } from './reconcile-details.ts';
import { progressQuery } from './reconcile-messages.ts';

/** A batch takes seconds; a worker that dies in one is noticed by its heartbeat. */
const activities = proxyActivities<ReconcileActivities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '45s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** About 25 events each: far from any limit, and a history that people can read. */
const PAGES_PER_RUN = 40;

export async function reconcileWorkflow(input: ReconcileInput): Promise<ReconcileTally> {
  let progress = input.carried;
  setHandler(progressQuery, () => progress, { description: 'What has been compared so far' });
  progress ??= await begin(input);
  for (let pages = 0; progress.phase !== 'done'; pages += 1) {
    setCurrentDetails(reconcileDetails(input, progress));
    if (pages >= PAGES_PER_RUN)
      await continueAsNew<typeof reconcileWorkflow>({ ...input, carried: progress });
    progress = await comparePage(input, progress);
  }
  setCurrentDetails(reconcileDetails(input, progress));
  return progress;
}

async function begin({ trigger, cycle }: ReconcileInput): Promise<ReconcileProgress> {
  const runId = workflowInfo().firstExecutionRunId;
  return startOf(await activities.beginReconcile({ trigger, cycle, runId }));
}

/** A run that cannot go on, or must not, says so in the book. */
async function comparePage(input: ReconcileInput, before: ReconcileProgress): Promise<ReconcileProgress> {
  try {
    const progress = await compare(input, before);
    await record(progress, progress.phase === 'done' ? 'finished' : 'running');
    return progress;
  } catch (error) {
    await CancellationScope.nonCancellable(() =>
      record(before, isCancellation(error) ? 'cancelled' : 'failed'),
    );
    throw error;
  }
}

async function compare(
  { cycle, indexedAfterMs }: ReconcileInput,
  progress: ReconcileProgress,
): Promise<ReconcileProgress> {
  const { phase, turn, cursor } = progress;
  const from = cursor === undefined ? {} : { cursor };
  const page =
    phase === 'rows'
      ? await activities.scanRows({ ...from, cycle, turn, indexedAfterMs })
      : await activities.scanCarts(from);
  const { workflowIds } = page;
  if (workflowIds.length === 0) return addFindings(progress, page);
  const findings = await activities.examineCarts({ workflowIds, mayClose: mayClose(progress) });
  return addFindings(progress, page, findings);
}

const record = (tally: ReconcileProgress, status: 'running' | 'finished' | 'failed' | 'cancelled') =>
  activities.recordReconcile({ number: tally.number, status, tally });
