/**
 * Makes a PostgreSQL data folder startable after a kill -9: ends a server that still runs on it, waits for its last children, and
 * removes a postmaster.pid that names some other program. A PID from the file is believed only when that process works in this
 * very folder.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessIdentity, identify, isAlive, signalProcess } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

/** After this no process works on the cluster, and no stale lock is in the way. Safe on a folder that does not exist yet. */
export async function clearCluster(cluster: string): Promise<void> {
  if (!existsSync(cluster)) return;
  const lockFile = join(cluster, 'postmaster.pid');
  const postmaster = postmasterOf(lockFile, cluster);
  if (postmaster) {
    signalProcess(postmaster, 'SIGINT'); // fast shutdown: rolls back, writes a checkpoint
    await waitUntil(() => !isAlive(postmaster), { withinMs: 15_000 });
    signalProcess(postmaster, 'SIGKILL');
  }
  await endStragglers(cluster);
  rmSync(lockFile, { force: true });
}

function postmasterOf(lockFile: string, cluster: string): ProcessIdentity | undefined {
  if (!existsSync(lockFile)) return undefined;
  const pid = Number(readFileSync(lockFile, 'utf8').split('\n')[0]);
  const identity = Number.isInteger(pid) && pid > 1 ? identify(pid) : undefined;
  return identity && worksIn(identity.pid, cluster) ? identity : undefined;
}

/** Backends of a killed postmaster notice and leave by themselves; only what stays is killed. */
async function endStragglers(cluster: string): Promise<void> {
  if (await waitUntil(() => processesIn(cluster).length === 0, { withinMs: 5_000, everyMs: 20 })) return;
  for (const identity of processesIn(cluster)) signalProcess(identity, 'SIGKILL');
  await waitUntil(() => processesIn(cluster).length === 0, { withinMs: 5_000, everyMs: 20 });
}

function processesIn(cluster: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && worksIn(Number(name), cluster))
    .flatMap((name) => identify(Number(name)) ?? []);
}

/** A PostgreSQL server process has its data folder as working directory. */
function worksIn(pid: number, cluster: string): boolean {
  try {
    if (process.platform === 'linux') {
      const isPostgres = readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres');
      return isPostgres && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
    }
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(cluster);
  } catch {
    return false;
  }
}
