/** The PostgreSQL of the local stack on the real programs: it comes up whatever an earlier run left behind. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearCluster } from '../../scripts/local/cluster-leftovers.ts';
import { findPort } from '../../scripts/local/find-ports.ts';
import { identify, isAlive } from '../../scripts/local/process-identity.ts';
import { prepareCluster } from '../../scripts/local/postgres-cluster.ts';
import { ensureShopDatabase } from '../../scripts/local/postgres-databases.ts';
import { silentReporter } from '../../scripts/local/reporter.ts';
import { readSecrets } from '../../scripts/local/secrets.ts';
import { openSession } from '../../scripts/local/session.ts';
import { type TemporaryFolder, openTemporaryFolder } from '../../scripts/local/temporary-folder.ts';

let temporary: TemporaryFolder;
let folder: string;
let port: number;

beforeAll(async () => {
  temporary = openTemporaryFolder('postgres');
  folder = temporary.path;
  port = await findPort({ label: 'PostgreSQL' }, new Set());
});

afterAll(() => temporary.remove());

async function start() {
  const session = await openSession(folder, silentReporter);
  const secrets = readSecrets(session.folder);
  const cluster = await prepareCluster(session.folder, port, secrets.SUPERUSER_PASSWORD);
  const pid = await session.start(cluster.component);
  const urls = await ensureShopDatabase(cluster.adminUrl, {
    shop: secrets.SHOP_PASSWORD,
    reader: secrets.READER_PASSWORD,
    service: secrets.SERVICE_PASSWORD,
  });
  return { session, pid, ...urls };
}

async function query<T>(url: string, use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

const numbers = (url: string) =>
  query(url, async (sql) => (await sql<{ n: number }[]>`select n from kept order by n`).map(({ n }) => n));

const pidFile = () => join(folder, 'postgres/postmaster.pid');

describe('the PostgreSQL of the local stack', () => {
  it('keeps its rows over a stop and a start', async () => {
    const first = await start();
    await query(first.databaseUrl, (sql) => sql`create table kept (n int)`);
    await query(first.databaseUrl, (sql) => sql`insert into kept values (1)`);
    await first.session.stop();
    const second = await start();
    expect(await numbers(second.databaseUrl)).toEqual([1]);
    await second.session.stop();
  });

  it('starts again when the whole tree was killed', async () => {
    const first = await start();
    await query(first.databaseUrl, (sql) => sql`insert into kept values (2)`);
    process.kill(-first.pid, 'SIGKILL');
    await first.session.stop();
    const second = await start();
    expect(await numbers(second.databaseUrl)).toEqual([1, 2]);
    await second.session.stop();
  });

  it('starts again beside an orphan that still runs on the folder, which it ends', async () => {
    const first = await start();
    const orphan = identify(first.pid);
    if (!orphan) throw new Error('PostgreSQL is not visible');
    rmSync(join(folder, 'processes/postgres.json')); // as if its starter had died before writing it down
    await first.session.stop();
    expect(isAlive(orphan)).toBe(true);
    const second = await start();
    expect(isAlive(orphan)).toBe(false);
    expect(await numbers(second.databaseUrl)).toEqual([1, 2]);
    await second.session.stop();
  });

  it('never touches a program that has the number in a stale postmaster.pid', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      const template = `${stranger.pid}\n${join(folder, 'postgres')}\n1\n${port}\n\n127.0.0.1\n`;
      writeFileSync(pidFile(), template);
      const { session, databaseUrl } = await start();
      expect(await numbers(databaseUrl)).toEqual([1, 2]);
      expect(identify(stranger.pid ?? 0)).toBeDefined();
      await session.stop();
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('is left alone when there is nothing to clear', async () => {
    await expect(clearCluster(join(folder, 'nothing-here'))).resolves.toBeUndefined();
    await expect(clearCluster(join(folder, 'postgres'))).resolves.toBeUndefined();
  });

  it('listens on loopback only, wants a password, and syncs to disk', async () => {
    const { session, databaseUrl } = await start();
    expect(readFileSync(pidFile(), 'utf8').split('\n')[5]).toBe('127.0.0.1');
    const settings = await query(
      databaseUrl,
      (sql) => sql`select current_setting('fsync') as fsync, current_setting('max_connections') as max`,
    );
    expect(settings[0]).toMatchObject({ fsync: 'on', max: '200' });
    const wrong = Object.assign(new URL(databaseUrl), { password: 'guess' }).href;
    await expect(query(wrong, (sql) => sql`select 1`)).rejects.toThrow(/password authentication failed/);
    await session.stop();
  });

  it('gives a role that can read and never write', async () => {
    const { session, databaseReadOnly } = await start();
    expect(await numbers(databaseReadOnly)).toEqual([1, 2]);
    await expect(query(databaseReadOnly, (sql) => sql`insert into kept values (3)`)).rejects.toThrow(
      /read-only|permission denied/,
    );
    await expect(
      query(databaseReadOnly, (sql) =>
        sql.unsafe('set default_transaction_read_only = off; insert into kept values (3)'),
      ),
    ).rejects.toThrow(/read-only|permission denied/);
    await session.stop();
  });
});
