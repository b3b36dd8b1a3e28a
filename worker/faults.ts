/**
 * Fault points (FAULTS): before and after each effect a worker can be made to stop, to fail or to wait, once. The effects are wrapped where
 * the worker is put together, so that they are met on every way: as activities, as local activities, and from the cart's publications.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import type { Config } from '../config.ts';

type Fault = Config['FAULTS'][number];

export interface FaultLog {
  warn(fields: object, message: string): void;
}

/** Whether it is this call's turn. `subject`: for whom; none where a fault happens once for all. */
type Claim = (fault: Fault, subject: string) => boolean;

/** Once in the life of this process. */
function claimInMemory(): Claim {
  const happened = new Set<string>();
  return ({ text }, subject) => {
    const marker = markerOf(text, subject);
    return !happened.has(marker) && happened.add(marker).has(marker);
  };
}

/** Once for all processes that share the folder, whatever becomes of them: the file is there before the fault happens. */
function claimInFolder(folder: string): Claim {
  mkdirSync(folder, { recursive: true });
  return ({ text }, subject) => {
    try {
      closeSync(openSync(path.join(folder, markerOf(text, subject)), 'wx'));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  };
}

/**
 * The file in FAULTS_FOLDER that says that this fault has happened: `createOrder.after.exit`, and `.checkout.<cart>.7` behind it where it
 * happens once per workflow. Without it the fault happens again.
 */
export const markerOf = (fault: string, subject = ''): string =>
  [fault, ...(subject === '' ? [] : [subject])].join('.').replaceAll(/[:/@]/g, '.');

/** Whose effect it is. A cart publishes again and again, and not always as an activity: each version counts for itself. */
function workflowOf(input: unknown): string {
  const { workflowId, state } = (input ?? {}) as { workflowId?: string; state?: { version?: number } };
  const version = state?.version === undefined ? '' : `@${state.version}`;
  return `${workflowId ?? activityInfo().workflowExecution?.workflowId ?? ''}${version}`;
}

async function happen({ text, action, delayMs }: Fault, log: FaultLog): Promise<void> {
  log.warn({ fault: text }, 'a fault happens');
  if (action === 'fail') {
    throw ApplicationFailure.create({ message: `fault point ${text}`, type: 'FaultPoint' });
  }
  if (action === 'exit') process.kill(process.pid, 'SIGKILL');
  // Nobody may hear of the effect between the signal and the end.
  await new Promise<void>((resolve) => {
    if (action === 'delay') setTimeout(resolve, delayMs);
  });
}

function checkNames(faults: readonly Fault[], known: readonly string[]): void {
  const unknown = faults.map(({ activity }) => activity).filter((activity) => !known.includes(activity));
  if (unknown.length === 0) return;
  throw new Error(
    `FAULTS names ${[...new Set(unknown)].join(', ')}, which no activity is called. Known: ${known.toSorted().join(', ')}.`,
  );
}

/** A point for every activity where that is meant. */
const spread = (faults: readonly Fault[], known: readonly string[]): Fault[] =>
  faults.flatMap((fault) =>
    fault.activity === '*'
      ? known.map((activity) => ({ ...fault, activity, text: fault.text.replace('*', activity) }))
      : [fault],
  );

type Run = (...input: unknown[]) => Promise<unknown>;

/**
 * The same activities with the faults in them; untouched where there are none. `after` is reached only by an effect that was done. Throws
 * when a fault names no activity. A failure of its own is of type `FaultPoint` and worth another try.
 */
export function withFaults<Activities extends object>(
  activities: Activities,
  {
    FAULTS: written,
    FAULTS_FOLDER: folder,
    FAULTS_ONCE_PER: oncePer,
  }: Pick<Config, 'FAULTS' | 'FAULTS_FOLDER' | 'FAULTS_ONCE_PER'>,
  log: FaultLog,
): Activities {
  if (written.length === 0) return activities;
  const faults = spread(written, Object.keys(activities));
  checkNames(faults, Object.keys(activities));
  const points = written.map(({ text }) => text);
  log.warn(
    { faults: points, folder },
    'fault points are armed: this worker stops, fails or waits on purpose',
  );
  const isDue = folder === undefined ? claimInMemory() : claimInFolder(folder);
  const pass = async (activity: string, when: Fault['when'], input: unknown): Promise<void> => {
    const subject = oncePer === 'workflow' ? workflowOf(input) : '';
    for (const fault of faults) {
      if (fault.activity === activity && fault.when === when && isDue(fault, subject))
        await happen(fault, log);
    }
  };
  const wrap = (name: string, run: Run): Run =>
    faults.some(({ activity }) => activity === name)
      ? async (...input) => {
          await pass(name, 'before', input[0]);
          const result = await run(...input);
          await pass(name, 'after', input[0]);
          return result;
        }
      : run;
  const wrapped = Object.entries(activities).map(([name, run]) => [name, wrap(name, run as Run)]);
  return Object.fromEntries(wrapped) as Activities;
}
