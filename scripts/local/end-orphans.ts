/**
 * Run by end-with-owner.ts when an owner is gone: `end-orphans.ts FOLDER PROCESS`. Ends the process, stops in order what runs on the temporary
 * folder, and removes the folder. Either may be empty.
 */
import { existsSync, readdirSync } from 'node:fs';
import { isDataFolder, readJson } from './data-folder.ts';
import { livingLock } from './lock.ts';
import { type ProcessIdentity, isAlive, signalProcess } from './process-identity.ts';
import { silentReporter } from './reporter.ts';
import { openSession } from './session.ts';
import { removeTemporaryFolder } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';

const ENDS_WITHIN_MS = 10_000;

async function end(identity: ProcessIdentity | undefined): Promise<void> {
  if (!identity) return;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalProcess(identity, signal);
    if (await waitUntil(() => !isAlive(identity), { withinMs: ENDS_WITHIN_MS })) return;
  }
}

/** Parts that a restart command, under way when its caller died, has brought back meanwhile. */
function killLatecomers(records: string): void {
  for (const name of readdirSync(records)) {
    const identity = readJson<ProcessIdentity>(`${records}/${name}`);
    if (identity) signalProcess(identity, 'SIGKILL', 'group');
  }
}

async function stopAllOn(folder: string): Promise<void> {
  // A stack that lost its starter, or an owner that is still leaving.
  await end(livingLock(folder));
  const session = await openSession(folder, silentReporter);
  await session.stop();
  killLatecomers(session.folder.file('processes'));
}

const [folder = '', companion = ''] = process.argv.slice(2);
if (companion !== '') await end(JSON.parse(companion) as ProcessIdentity);
if (folder !== '' && existsSync(folder)) {
  if (isDataFolder(folder)) await stopAllOn(folder);
  removeTemporaryFolder(folder);
}
