/**
 * A lock file that never outlives its holder: it names a process by PID and start time, so one that a kill -9 left behind is seen
 * as stale and taken over without a manual step.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessIdentity, identify, isAlive } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

export interface Lock {
  /** Gives the lock back. Harmless when called twice. */
  release(): void;
}

/** Takes the lock, or answers who holds it. */
export function tryLock(path: string): Lock | ProcessIdentity {
  const own = identify(process.pid);
  if (!own) throw new Error('this process cannot see itself in the process table');
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (linkIfAbsent(draft, path)) return { release: () => releaseOwn(path, own) };
      const holder = readHolder(path);
      if (holder && isAlive(holder)) return holder;
      discardStale(path, holder);
    }
    throw new Error(`the lock ${path} keeps changing hands`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Who holds the lock of a data folder right now. */
export function livingLock(dataDir: string): ProcessIdentity | undefined {
  const holder = readHolder(join(dataDir, 'lock'));
  return holder && isAlive(holder) ? holder : undefined;
}

/** Waits for the lock. Throws when it is still held after `withinMs`. */
export async function acquireLock(path: string, withinMs: number): Promise<Lock> {
  let outcome = tryLock(path);
  await waitUntil(
    () => {
      if (!('release' in outcome)) outcome = tryLock(path);
      return 'release' in outcome;
    },
    { withinMs, everyMs: 100 },
  );
  if ('release' in outcome) return outcome;
  throw new Error(`${path} is still held by process ${outcome.pid} after ${withinMs / 1_000} s`);
}

/** link(2) creates the name only where it is free: the one atomic step. */
function linkIfAbsent(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** Moves the stale file aside first: of two starters only one succeeds, and a fresh lock caught by mistake is put back. */
function discardStale(path: string, stale: ProcessIdentity | undefined): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another starter was faster
  }
  const moved = readHolder(aside);
  if (moved && isAlive(moved) && moved.pid !== stale?.pid) linkIfAbsent(aside, path);
  rmSync(aside, { force: true });
}

function releaseOwn(path: string, own: ProcessIdentity): void {
  const holder = readHolder(path);
  if (holder?.pid === own.pid && holder.startedAt === own.startedAt) rmSync(path, { force: true });
}
