/**
 * Where PostgreSQL's files of a data folder lie.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isReachableByOthers, postgresAccount } from './postgres-account.ts';

export interface ClusterPath {
  path: string;
  /** Not inside the data folder. */
  isMoved: boolean;
}

/**
 * `<data>/postgres`, except for root in a folder that other accounts cannot pass (a checkout in /root): then under /var/lib,
 * since opening someone's private folder is not ours to do.
 */
export function clusterPath(dataDir: string): ClusterPath {
  const folder = resolve(dataDir);
  const inside = join(folder, 'postgres');
  if (!postgresAccount() || existsSync(inside) || isReachableByOthers(folder))
    return { path: inside, isMoved: false };
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  return { path: `/var/lib/cartwright/postgres-${name}`, isMoved: true };
}
