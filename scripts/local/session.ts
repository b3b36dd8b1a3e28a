/**
 * One run of the local stack on one data folder: holds the folder's lock, clears what an earlier run left behind, starts
 * components in order of readiness, and stops everything it started in reverse order.
 */
import {
  type Component,
  forgetComponents,
  livingProcess,
  recallComponents,
  rememberComponents,
  titleOf,
} from './component.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type Lock, tryLock } from './lock.ts';
import type { Reporter } from './reporter.ts';
import { runComponent, stopComponent } from './run-component.ts';
import { UserError } from './user-error.ts';

export interface Session {
  folder: DataFolder;
  report: Reporter;
  /** Fires when the session is being stopped; waits end early. */
  stopping: AbortSignal;
  /** Starts a component and waits until it is ready; answers its PID. */
  start(component: Component): Promise<number>;
  /** Stops everything in reverse order and gives the folder back. Called again, it kills what has not stopped yet. */
  stop(): Promise<void>;
}

/** Opens the folder. Throws a UserError when another run uses it. */
export async function openSession(dataDir: string, report: Reporter): Promise<Session> {
  const folder = openDataFolder(dataDir);
  const lock = lockFolder(folder);
  await clearLeftovers(folder, report);
  const stopping = new AbortController();
  const hurry = new AbortController();
  const starting = new Set<Promise<number>>();
  let stopped: Promise<void> | undefined;
  const stopOnce = async () => {
    // One that is just being started is not written down yet; it would be missed.
    await Promise.allSettled(starting);
    await stopAll(folder, report, hurry.signal);
  };
  return {
    folder,
    report,
    stopping: stopping.signal,
    async start(component) {
      stopping.signal.throwIfAborted();
      rememberComponents(folder, [component]);
      const work = runComponent(folder, component, stopping.signal);
      starting.add(work);
      return work.finally(() => starting.delete(work));
    },
    stop() {
      if (stopped) hurry.abort();
      stopping.abort(new UserError('Stopped before everything was up.'));
      stopped ??= stopOnce().finally(() => lock.release());
      return stopped;
    },
  };
}

function lockFolder(folder: DataFolder): Lock {
  const outcome = tryLock(folder.file('lock'));
  if ('release' in outcome) return outcome;
  throw new UserError(
    `The data folder ${folder.path} is in use by process ${outcome.pid}. Stop that one first, or start beside it with another folder: npm start -- --data DIR`,
  );
}

/** What a kill -9 left running is stopped first: it may be half dead, and its settings may be old. */
async function clearLeftovers(folder: DataFolder, report: Reporter): Promise<void> {
  const left = recallComponents(folder).filter(({ name }) => livingProcess(folder, name));
  if (left.length > 0) {
    const names = left.map(({ name }) => titleOf(name)).join(', ');
    await report.step(`Stopping what an earlier run left behind: ${names}`, () =>
      stopInOrder(folder, left, undefined),
    );
  }
  forgetComponents(folder);
}

async function stopAll(folder: DataFolder, report: Reporter, hurry: AbortSignal): Promise<void> {
  const living = recallComponents(folder).filter(({ name }) => livingProcess(folder, name));
  if (living.length === 0) return;
  await stopInOrder(folder, living, hurry, (component, work) =>
    report.step(`Stopping ${titleOf(component.name)}`, () => work),
  );
}

async function stopInOrder(
  folder: DataFolder,
  components: Component[],
  hurry: AbortSignal | undefined,
  show: (component: Component, work: Promise<void>) => Promise<void> = (_component, work) => work,
): Promise<void> {
  const stages = [...new Set(components.map(({ stage }) => stage))].sort((a, b) => b - a);
  for (const stage of stages) {
    const together = components.filter((component) => component.stage === stage);
    await Promise.all(together.map((component) => show(component, stopComponent(folder, component, hurry))));
  }
}
