/**
 * PostgreSQL refuses to run as root. Started as root (containers, build machines) it runs as `nobody`, and its folders lie where
 * that account can reach them.
 */
import { chownSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const NOBODY = { uid: 65_534, gid: 65_534 };

export interface Account {
  uid: number;
  gid: number;
}

/** The account for PostgreSQL's processes; undefined means the caller's own. */
export const postgresAccount = (): Account | undefined => (process.getuid?.() === 0 ? NOBODY : undefined);

/** True when every folder on the way to `path` can be passed by accounts other than its owner. */
export function isReachableByOthers(path: string): boolean {
  for (let folder = realpathSync(resolve(path)); ; folder = dirname(folder)) {
    const info = statSync(folder);
    if (info.isDirectory() && (info.mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Makes a new folder that belongs to the account and that only it may read. */
export function makeOwnFolder(path: string, account: Account | undefined): void {
  mkdirSync(dirname(path), { recursive: true });
  mkdirSync(path, { mode: 0o700 });
  if (account) chownSync(path, account.uid, account.gid);
}
