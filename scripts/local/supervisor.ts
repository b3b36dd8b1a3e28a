/**
 * Watches the components of a session. One that ends by itself is started again with growing pauses, or only reported when the
 * session leaves that to restart commands.
 */
import { type Component, livingProcess, recallComponents, titleOf } from './component.ts';
import type { Session } from './session.ts';
import { pause } from './wait-until.ts';

const LOOK_EVERY_MS = 300;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Up for this long means healthy: the next fall starts with a short pause again. */
const HEALTHY_AFTER_MS = 60_000;

export interface SupervisorOptions {
  /** Start again what ended; false: only say so. */
  restarts: boolean;
  /** What to tell the user about a component that stays down. */
  hint: (name: string) => string;
}

/** Watches until the session stops. Never throws: a component that cannot come back is tried again for as long as it takes. */
export async function supervise(session: Session, options: SupervisorOptions): Promise<void> {
  await Promise.all(recallComponents(session.folder).map((component) => watch(session, component, options)));
}

async function watch(session: Session, component: Component, options: SupervisorOptions): Promise<void> {
  const title = titleOf(component.name);
  let falls = 0;
  let upSince = Date.now();
  while (await untilDown(session, component)) {
    if (!options.restarts) {
      session.report.warn(`${title} is down. ${options.hint(component.name)}`);
      if (await untilUp(session, component)) session.report.note(`${title} is up again.`);
      continue;
    }
    if (Date.now() - upSince > HEALTHY_AFTER_MS) falls = 0;
    session.report.warn(`${title} ended by itself; starting it again (its log: logs/${component.name}.log)`);
    await sleep(session, Math.min(FIRST_PAUSE_MS * 2 ** falls, LONGEST_PAUSE_MS));
    falls += 1;
    await startAgain(session, component);
    upSince = Date.now();
  }
}

async function startAgain(session: Session, component: Component): Promise<void> {
  if (session.stopping.aborted) return;
  try {
    await session.start(component);
    session.report.note(`${titleOf(component.name)} is up again.`);
  } catch {
    // Its end has been written to its log; the next look finds it down and tries again, later.
  }
}

const isUp = (session: Session, component: Component) =>
  livingProcess(session.folder, component.name) !== undefined;

/** True once it is down; false when the session stops first. */
async function untilDown(session: Session, component: Component): Promise<boolean> {
  while (!session.stopping.aborted && isUp(session, component)) await sleep(session, LOOK_EVERY_MS);
  return !session.stopping.aborted;
}

async function untilUp(session: Session, component: Component): Promise<boolean> {
  while (!session.stopping.aborted && !isUp(session, component)) await sleep(session, LOOK_EVERY_MS);
  return !session.stopping.aborted;
}

async function sleep(session: Session, ms: number): Promise<void> {
  if (!session.stopping.aborted) await pause(ms);
}
