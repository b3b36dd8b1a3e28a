/** The side effects of a checkout as its workflow calls them: ordinary activities with time limits, tried again while that may help. */
import { ActivityCancellationType, proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';

/** One try. Calls to a provider give up by themselves before. */
const TRY_MS = 10_000;

/** How long a step that may be given up is tried. */
const PATIENCE_MS = 60_000;

const LONGEST_PAUSE_MS = 600_000;

/**
 * `summary` is what operators read on the event. `patienceMs`: all tries together. Cancelled, a step is only over when its running try is:
 * what is undone afterwards can have no late twin.
 */
export const steps = (summary: string, patienceMs = PATIENCE_MS) =>
  proxyActivities<Activities>({
    summary,
    startToCloseTimeout: Math.min(TRY_MS, patienceMs),
    scheduleToCloseTimeout: patienceMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
  });

export interface Insistence {
  /** For the story and the timer. */
  what: string;
  tell: (line: string) => void;
  /** After each failure that was not for the tries of the step itself to mend. Must not throw. True: no use in going on. */
  onFailure?: (error: unknown) => Promise<boolean>;
}

/** Runs a step until it is done, for as long as it takes: 1, 2, 4 … seconds apart, ten minutes at most. Undefined: given up by `onFailure`. */
export async function insist<Result>(
  { what, tell, onFailure }: Insistence,
  run: () => Promise<Result>,
): Promise<Result | undefined> {
  for (let pause = 1_000; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await run();
    } catch (error) {
      if (await onFailure?.(error)) return undefined;
      tell(`${what} failed; again in ${pause / 1_000} s`);
      await sleep(pause, { summary: `again: ${what}` });
    }
  }
}

/** Runs a step whose failure changes nothing for the one who asks. */
export const attempt = (run: () => Promise<unknown>): Promise<void> =>
  run().then(
    () => undefined,
    () => undefined,
  );
