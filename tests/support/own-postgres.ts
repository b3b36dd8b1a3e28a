/** A PostgreSQL of one's own, to be killed: the shared server of the other tests must live. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import postgres from 'postgres';
import { vi } from 'vitest';
import { postgresAccount } from '../../scripts/local/postgres-account.ts';
import { findPostgresPrograms } from '../../scripts/local/postgres-programs.ts';
import { openTemporaryFolder } from '../../scripts/local/temporary-folder.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

export interface OwnPostgres {
  url: string;
  /** Starts it, again after a kill, and waits until it answers. */
  start(): Promise<void>;
  /** SIGKILL, to the server and not to its children: what a crash does. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export async function createOwnPostgres(): Promise<OwnPostgres> {
  const { initdb, postgres: program } = findPostgresPrograms();
  const account = postgresAccount();
  const folder = openTemporaryFolder('pg');
  if (account) chownSync(folder.path, account.uid, account.gid);
  const { path: cwd } = folder;
  const cluster = path.join(cwd, 'cluster');
  execFileSync(
    initdb,
    ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    {
      cwd,
      stdio: 'ignore',
      ...account,
    },
  );
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | undefined;

  async function answers(): Promise<void> {
    const sql = postgres(url, { max: 1, connect_timeout: 1 });
    try {
      await sql`SELECT 1`;
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  async function kill(): Promise<void> {
    if (!server) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    server = undefined;
  }

  return {
    url,
    async start() {
      const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
      const args = ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])];
      // The dead server's children hold its shared memory for a moment and a new one refuses to start: then once more.
      await vi.waitFor(
        async () => {
          if (!server || server.exitCode !== null)
            server = spawn(program, args, { cwd, stdio: 'ignore', ...account });
          folder.watch(server.pid);
          await answers();
        },
        { timeout: 30_000, interval: 50 },
      );
    },
    kill,
    async remove() {
      await kill();
      folder.remove();
    },
  };
}
