/**
 * Starts and stops one component. It gets its own process group (Ctrl-C in the terminal reaches only the supervisor, which then
 * stops everything in order) and outlives whoever started it; who it is, is written down for the next one to find.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { clearCluster } from './cluster-leftovers.ts';
import {
  type Component,
  environmentOf,
  livingProcess,
  logFileOf,
  recordProcess,
  titleOf,
} from './component.ts';
import type { DataFolder } from './data-folder.ts';
import { acquireLock } from './lock.ts';
import { type ProcessIdentity, identify, isAlive, signalProcess } from './process-identity.ts';
import { isReady } from './readiness.ts';
import { UserError } from './user-error.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Brings the component up and waits until it is ready. One that already runs is left as it is, so calling twice (or from two
 * processes) starts one. Throws a UserError with the end of its log when it does not come up.
 */
export async function runComponent(
  folder: DataFolder,
  component: Component,
  signal?: AbortSignal,
): Promise<number> {
  const lock = await acquireLock(folder.file('locks', component.name), component.readyWithinMs + 10_000);
  try {
    const living = livingProcess(folder, component.name);
    const identity = living ?? (await spawnComponent(folder, component));
    await awaitReady(folder, component, identity, signal);
    return identity.pid;
  } finally {
    lock.release();
  }
}

async function spawnComponent(folder: DataFolder, component: Component): Promise<ProcessIdentity> {
  if (component.cluster) await clearCluster(component.cluster);
  const log = openSync(logFileOf(folder, component.name), 'a', 0o600);
  try {
    const child = spawn(component.command, component.args, {
      cwd: component.cwd,
      env: environmentOf(component),
      detached: true,
      stdio: ['ignore', log, log],
      ...component.account,
    });
    await spawned(child, component);
    child.unref();
    const identity = identify(child.pid ?? -1);
    if (!identity) throw failure(folder, component, 'ended at once');
    recordProcess(folder, component.name, identity);
    return identity;
  } finally {
    closeSync(log);
  }
}

function spawned(child: ChildProcess, component: Component): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(
        new UserError(`${titleOf(component.name)} cannot be run (${component.command}): ${error.message}`),
      ),
    );
  });
}

async function awaitReady(
  folder: DataFolder,
  component: Component,
  identity: ProcessIdentity,
  signal?: AbortSignal,
) {
  let hasEnded = false;
  const isUp = await waitUntil(
    async () => {
      hasEnded = !isAlive(identity);
      return hasEnded || (await isReady(component.ready));
    },
    { withinMs: component.readyWithinMs, everyMs: 60, signal },
  );
  if (hasEnded) throw failure(folder, component, 'ended while it was starting');
  if (!isUp)
    throw failure(
      folder,
      component,
      signal?.aborted ? 'was not waited for' : `is not ready after ${component.readyWithinMs / 1_000} s`,
    );
}

function failure(folder: DataFolder, component: Component, what: string): UserError {
  const log = logFileOf(folder, component.name);
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-12) : [];
  return new UserError(
    `${titleOf(component.name)} ${what}. The end of ${log}:\n${lines.map((line) => `    ${line}`).join('\n')}`,
  );
}

/**
 * Asks the component to stop and waits; what does not end in its time, or when `hurry` fires, is killed with its process group.
 * Only ever signals the recorded process. Nothing happens when it is down.
 */
export async function stopComponent(
  folder: DataFolder,
  component: Component,
  hurry?: AbortSignal,
): Promise<void> {
  const identity = livingProcess(folder, component.name);
  if (!identity) return;
  signalProcess(identity, component.stopSignal);
  const hasEnded = () => !isAlive(identity);
  if (await waitUntil(hasEnded, { withinMs: component.stopWithinMs, everyMs: 30, signal: hurry })) return;
  signalProcess(identity, 'SIGKILL', 'group');
  await waitUntil(hasEnded, { withinMs: 5_000, everyMs: 30 });
}
