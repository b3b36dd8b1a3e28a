/**
 * Deletes what is not needed any more, step by step, a portion at a time with a pause after each, so that nobody who shops notices. A step
 * that cannot be done is left out; the others are done. Whatever dies, the next worker goes on where it was.
 */
import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { RetentionActivities } from '../activities/create-retention-activities.ts';
import type { RetentionInput, RetentionProgress, RetentionStep } from '../contract/retention.ts';
import { retentionDetails } from './retention-details.ts';
import { retentionProgressQuery } from './retention-messages.ts';

/** An outage of the database is waited out, for an hour; after that the step is given up until the next run. */
const activities = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '1h',
  heartbeatTimeout: '15s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** About fifteen events each. */
const PORTIONS_PER_RUN = 60;

/** After a portion that deleted something: the database gets its breath back, and a backlog of ten million rows is gone in an hour. */
const PAUSE = '200ms';

export async function retentionWorkflow(input: RetentionInput): Promise<RetentionProgress> {
  const { portionsPerRun = PORTIONS_PER_RUN } = input;
  let progress = input.carried;
  setHandler(retentionProgressQuery, () => progress, { description: 'What has been deleted so far' });
  progress ??= await begin(input);
  try {
    for (let portions = 0; progress.step !== undefined; portions += 1) {
      setCurrentDetails(retentionDetails(input, progress));
      if (portions >= portionsPerRun)
        await continueAsNew<typeof retentionWorkflow>({ ...input, carried: progress });
      progress = await forgetPortion(input, progress);
    }
  } catch (error) {
    const { number, failed } = progress;
    if (isCancellation(error))
      await CancellationScope.nonCancellable(() =>
        activities.endRetention({ number, status: 'cancelled', failed }),
      );
    throw error;
  }
  setCurrentDetails(retentionDetails(input, progress));
  return await end(progress);
}

async function begin({ trigger, steps }: RetentionInput): Promise<RetentionProgress> {
  const runId = workflowInfo().firstExecutionRunId;
  const number = await activities.beginRetention({ trigger, runId });
  return standing({ number, deleted: {}, failed: [] }, steps[0]);
}

/** A run that left something undone is a failed one, for whoever looks at the list of workflows. */
async function end(progress: RetentionProgress): Promise<RetentionProgress> {
  const { number, failed } = progress;
  const status = failed.length === 0 ? 'finished' : 'failed';
  await activities.endRetention({ number, status, failed });
  if (status === 'finished') return progress;
  throw ApplicationFailure.nonRetryable(`Not done: ${failed.join(', ')}`, 'RetentionIncomplete', progress);
}

const stepAfter = ({ steps }: RetentionInput, step: RetentionStep): RetentionStep | undefined =>
  steps[steps.indexOf(step) + 1];

function standing(
  { number, deleted, failed }: RetentionProgress,
  step: RetentionStep | undefined,
  cursor?: string,
): RetentionProgress {
  return {
    number,
    deleted,
    failed,
    ...(step === undefined ? {} : { step }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

async function forgetPortion(input: RetentionInput, progress: RetentionProgress): Promise<RetentionProgress> {
  const { policy } = input;
  const { number, cursor } = progress;
  const step = progress.step as RetentionStep;
  const from = cursor === undefined ? {} : { after: cursor };
  try {
    const { deleted, total, next } = await activities.forgetPortion({ number, step, policy, ...from });
    const isSome = Object.values(deleted).some((rows) => rows > 0);
    if (isSome && next !== undefined) await sleep(PAUSE);
    const sums = { ...progress, deleted: total };
    return next === undefined ? standing(sums, stepAfter(input, step)) : standing(sums, step, next);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return standing({ ...progress, failed: [...progress.failed, step] }, stepAfter(input, step));
  }
}
