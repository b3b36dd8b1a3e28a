/**
 * Fault points (FAULTS): before and after each effect a worker can be made to stop, to fail or to wait, once. The effects are wrapped where
 * the worker is put together, so that they are met on every way: as activities, as local activities, and from the cart's publications.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import type { Config } from '../config.ts';

type Fault = Config['FAULTS'][number];

export interface FaultLog {
  warn(fields: object, message: string): void;
}

/** Whether it is this call's turn. */
type Claim = (fault: Fault) => boolean;

/** Once in the life of this process. */
function claimInMemory(): Claim {
  const happened = new Set<string>();
  return ({ text }) => !happened.has(text) && happened.add(text).has(text);
}

/** Once for all processes that share the folder, whatever becomes of them: the file is there before the fault happens. */
function claimInFolder(folder: string): Claim {
  mkdirSync(folder, { recursive: true });
  return ({ text }) => {
    try {
      closeSync(openSync(path.join(folder, markerOf(text)), 'wx'));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  };
}

/** The file in FAULTS_FOLDER that says that this fault has happened: `createOrder.after.exit`. Without it the fault happens again. */
export const markerOf = (fault: string): string => fault.replaceAll(':', '.');

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
  const unknown = faults.filter(({ activity }) => !known.includes(activity)).map(({ activity }) => activity);
  if (unknown.length === 0) return;
  throw new Error(
    `FAULTS names ${[...new Set(unknown)].join(', ')}, which no activity is called. Known: ${known.toSorted().join(', ')}.`,
  );
}

type Run = (...input: unknown[]) => Promise<unknown>;

/**
 * The same activities with the faults in them; untouched where there are none. `after` is reached only by an effect that was done. Throws
 * when a fault names no activity. A failure of its own is of type `FaultPoint` and worth another try.
 */
export function withFaults<Activities extends object>(
  activities: Activities,
  { FAULTS: faults, FAULTS_FOLDER: folder }: Pick<Config, 'FAULTS' | 'FAULTS_FOLDER'>,
  log: FaultLog,
): Activities {
  if (faults.length === 0) return activities;
  checkNames(faults, Object.keys(activities));
  const points = faults.map(({ text }) => text);
  log.warn(
    { faults: points, folder },
    'fault points are armed: this worker stops, fails or waits on purpose',
  );
  const isDue = folder === undefined ? claimInMemory() : claimInFolder(folder);
  const pass = async (activity: string, when: Fault['when']): Promise<void> => {
    for (const fault of faults) {
      if (fault.activity === activity && fault.when === when && isDue(fault)) await happen(fault, log);
    }
  };
  const wrap = (name: string, run: Run): Run =>
    faults.some(({ activity }) => activity === name)
      ? async (...input) => {
          await pass(name, 'before');
          const result = await run(...input);
          await pass(name, 'after');
          return result;
        }
      : run;
  const wrapped = Object.entries(activities).map(([name, run]) => [name, wrap(name, run as Run)]);
  return Object.fromEntries(wrapped) as Activities;
}
