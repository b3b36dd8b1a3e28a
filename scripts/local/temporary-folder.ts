/** A data folder for one run of a test, a series or a bench: when the process that made it is gone, so is everything that ran on it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterPath } from './cluster-path.ts';
import { endWithOwner } from './end-with-owner.ts';

export interface TemporaryFolder {
  path: string;
  /** A process that works on the folder without being written down in it. The last one that was named is ended with the owner. */
  watch(pid: number | undefined): void;
  /** To be called when everything on it has stopped. */
  remove(): void;
}

/** `purpose`: a word for the folder's name. */
export function openTemporaryFolder(purpose: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `cartwright-${purpose}-`));
  const guard = endWithOwner(path);
  return {
    path,
    watch: (pid) => guard.watch(pid),
    remove() {
      removeTemporaryFolder(path);
      guard.release();
    },
  };
}

/** Whatever is in it, and PostgreSQL's files where they could not lie in it. */
export function removeTemporaryFolder(path: string): void {
  for (const each of [clusterPath(path).path, path])
    rmSync(each, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
