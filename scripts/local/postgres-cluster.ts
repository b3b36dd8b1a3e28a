/**
 * A PostgreSQL cluster in the data folder: made once, then described as a component. Loopback only, passwords, fsync on: what is
 * acknowledged survives a power cut, as in production.
 */
import { execFile } from 'node:child_process';
import { chownSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { clusterPath } from './cluster-path.ts';
import { type Component, STAGE } from './component.ts';
import type { DataFolder } from './data-folder.ts';
import { makeOwnFolder, postgresAccount } from './postgres-account.ts';
import { type PostgresPrograms, findPostgresPrograms } from './postgres-programs.ts';
import { UserError } from './user-error.ts';

const run = promisify(execFile);

/** The account that owns the cluster; applications use the roles made by `ensureDatabases`. */
export const SUPERUSER = 'postgres';

export interface Cluster {
  component: Component;
  /** The superuser's URL of the maintenance database. */
  adminUrl: string;
  /** Set where the files could not lie in the data folder. */
  movedTo?: string;
}

/** Makes the cluster where it is missing and describes the server to run on it. An interrupted creation starts over. */
export async function prepareCluster(
  folder: DataFolder,
  port: number,
  password: string,
  signal?: AbortSignal,
): Promise<Cluster> {
  const programs = findPostgresPrograms();
  const { path, isMoved } = clusterPath(folder.path);
  if (!existsSync(join(path, 'PG_VERSION'))) await createCluster(path, programs, password, signal);
  refuseOtherMajor(path, programs);
  const adminUrl = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
  return {
    component: describeServer(path, programs, port, adminUrl),
    adminUrl,
    ...(isMoved && { movedTo: path }),
  };
}

async function createCluster(
  path: string,
  programs: PostgresPrograms,
  password: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const account = postgresAccount();
  removeDrafts(path);
  const draft = `${path}.new-${process.pid}`;
  const passwordFile = `${draft}.password`;
  makeOwnFolder(draft, account);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  try {
    const access = ['-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
    const text = ['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    await run(programs.initdb, ['-D', draft, ...access, ...text, '--no-sync', '--no-instructions'], {
      cwd: draft,
      env: { PATH: process.env['PATH'] ?? '' },
      ...account,
      ...(signal && { signal }),
    });
  } catch (error) {
    throw new UserError(
      `PostgreSQL cannot make its data folder ${path}: ${(error as { stderr?: string }).stderr?.trim() || (error as Error).message}`,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, path);
}

/** What interrupted creations left. Each has a name of its own, should one of them still be at work. */
function removeDrafts(path: string): void {
  if (!existsSync(dirname(path))) return;
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(`${basename(path)}.new-`))
      rmSync(join(dirname(path), name), { recursive: true, force: true });
  }
}

function refuseOtherMajor(path: string, programs: PostgresPrograms): void {
  const made = readFileSync(join(path, 'PG_VERSION'), 'utf8').trim();
  const have = programs.version.split('.')[0];
  if (made === have) return;
  throw new UserError(
    `${path} was made by PostgreSQL ${made}, but this version brings PostgreSQL ${have}. Keep it for the old version and start with another folder (--data DIR), or drop it with --reset.`,
  );
}

function describeServer(path: string, programs: PostgresPrograms, port: number, adminUrl: string): Component {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // No socket files: they have lock files of their own that a kill -9 would leave behind.
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
  };
  return {
    name: 'postgres',
    stage: STAGE.postgres,
    command: programs.postgres,
    args: ['-D', path, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    cwd: path,
    env: {},
    inheritsEnvironment: false,
    account: postgresAccount(),
    ready: { kind: 'postgres', url: adminUrl },
    readyWithinMs: 60_000, // recovery after a crash under load takes a while
    stopSignal: 'SIGINT',
    stopWithinMs: 20_000,
    needs: [],
    cluster: path,
  };
}
