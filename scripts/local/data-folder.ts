/**
 * The one folder that holds everything of a local stack: database, secrets, logs, and who was started. A marker file in it says
 * that this tool made it; only such a folder is ever removed.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterPath } from './cluster-path.ts';
import { UserError } from './user-error.ts';

/** Root of the checkout. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const MARKER = '.cartwright';

export interface DataFolder {
  path: string;
  file(...names: string[]): string;
}

/** Whether this tool made the folder. */
export const isDataFolder = (path: string): boolean => existsSync(join(path, MARKER));

/** Makes the folder (or takes an empty one, or one made earlier). Throws a UserError where that is impossible. */
export function openDataFolder(path: string): DataFolder {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { recursive: true });
    if (!isDataFolder(folder)) claim(folder);
    for (const name of ['logs', 'processes', 'locks'])
      mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `The data folder ${folder} cannot be written (${(error as Error).message}). Choose another one with --data DIR.`,
    );
  }
  return { path: folder, file: (...names) => join(folder, ...names) };
}

function claim(folder: string): void {
  if (readdirSync(folder).length > 0) {
    throw new UserError(`${folder} holds other things. Choose an empty or new folder with --data DIR.`);
  }
  // Searchable for all: PostgreSQL runs under another account when this runs as root. What is secret has its own mode.
  chmodSync(folder, 0o711);
  writeFileSync(
    join(folder, MARKER),
    'Made by Cartwright (npm start). Remove it with: npm start -- --reset\n',
  );
}

/** Removes a data folder that this tool made; refuses any other. Absent is fine. */
export function removeDataFolder(path: string): void {
  const folder = resolve(path);
  if (!existsSync(folder)) return;
  if (!isDataFolder(folder)) {
    throw new UserError(
      `${folder} was not made by this tool (it has no ${MARKER} file), so it is not removed.`,
    );
  }
  const cluster = clusterPath(folder);
  if (cluster.isMoved) rmSync(cluster.path, { recursive: true, force: true, maxRetries: 5 });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Where built and downloaded programs are kept between checkouts. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['CARTWRIGHT_CACHE'];
  if (own) return resolve(own);
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'cartwright');
}

/** Parses a JSON file; undefined when it is absent or was cut short. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Replaces a JSON file in one step, readable by its owner alone. */
export function writeJson(path: string, value: unknown): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
