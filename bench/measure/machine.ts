/** Where and of what a result was taken: enough to judge it, nothing that tells whose machine it is. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { connect } from '../../database/client.ts';
import { ROOT } from '../../scripts/local/data-folder.ts';
import type { Stage } from '../stage/stage.ts';

export interface Machine {
  cores: number;
  processor: string;
  memoryGiB: number;
  node: string;
  postgresql: string;
  temporal: string;
}

export async function describeMachine({ client, databaseUrl }: Stage): Promise<Machine> {
  const sql = connect(databaseUrl, { max: 1, name: 'bench-machine' });
  const [version] = await sql<{ server_version: string }[]>`SHOW server_version`;
  await sql.end();
  const { serverVersion } = await client.connection.workflowService.getClusterInfo({});
  const cores = cpus();
  return {
    cores: cores.length,
    processor: cores[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgresql: version?.server_version ?? 'unknown',
    temporal: serverVersion ?? 'unknown',
  };
}

/** Runnable processes, averaged over 1, 5 and 15 minutes. */
export const machineLoad = (): number[] => loadavg().map((load) => Math.round(load * 100) / 100);

export interface Revision {
  commit: string;
  /** False: there were changes that no commit has. */
  isClean: boolean;
}

export function describeRevision(): Revision {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const product = [
    'api',
    'activities',
    'cart',
    'contract',
    'database',
    'worker',
    'workflows',
    'config.ts',
    'bench/*.ts',
  ];
  return {
    commit: git('rev-parse', '--short', 'HEAD'),
    isClean: git('status', '--porcelain', '--', ...product) === '',
  };
}
