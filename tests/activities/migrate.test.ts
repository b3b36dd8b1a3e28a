/** Migrations: each once, in order, whole or not at all, whoever starts at the same time. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, type Sql } from '../../database/client.ts';
import { migrate } from '../../database/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const SHIPPED = path.join(ROOT, 'database/migrations');
const NAMES = readdirSync(SHIPPED).sort();

let database: TestDatabase;
let sql: Sql;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase();
  sql = database.sql;
  await sql`DROP SCHEMA public CASCADE`;
  await sql`CREATE SCHEMA public`;
  folder = mkdtempSync(path.join(tmpdir(), 'cartwright-migrations-'));
  cpSync(SHIPPED, folder, { recursive: true });
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
const hasTable = async (name: string) =>
  (await sql<{ found: boolean }[]>`SELECT to_regclass(${name}) IS NOT NULL AS found`)[0]?.found;

describe('migrate', () => {
  test('applies everything once and then nothing', async () => {
    expect(await migrate(sql)).toEqual(NAMES);
    expect(await migrate(sql)).toEqual([]);
  });

  test('lets three starters through with each file applied by one of them', async () => {
    const starters = [1, 2, 3].map((number) => connect(database.url, { max: 3, name: `starter-${number}` }));
    const applied = await Promise.all(starters.map((starter) => migrate(starter)));
    await Promise.all(starters.map((starter) => starter.end()));
    expect(applied.flat().sort()).toEqual(NAMES);
  });

  test('waits longer for another starter than a statement may take', async () => {
    const holder = await sql.reserve();
    await holder`SELECT pg_advisory_lock(${0x63617274})`;
    const hasty = connect(database.url, { max: 1, name: 'hasty', statementTimeoutMs: 100 });
    const migrated = migrate(hasty);
    await holder`SELECT pg_sleep(0.3)`;
    await holder`SELECT pg_advisory_unlock_all()`;
    holder.release();
    expect(await migrated).toEqual(NAMES);
    await expect(hasty`SELECT pg_sleep(1)`).rejects.toThrow(/statement timeout/);
    await hasty.end();
  });

  test('refuses to go on when an applied file was changed', async () => {
    await migrate(sql, folder);
    write('0001_catalogue.sql', 'SELECT 1;');
    write('0900_later.sql', 'CREATE TABLE later ();');
    await expect(migrate(sql, folder)).rejects.toThrow(
      /0001_catalogue\.sql was changed after it had been applied/,
    );
    expect(await hasTable('later')).toBe(false);
  });

  test('does not mind line ends', async () => {
    write('0900_later.sql', 'CREATE TABLE later\n();\n');
    await migrate(sql, folder);
    write('0900_later.sql', 'CREATE TABLE later\r\n();\r\n');
    expect(await migrate(sql, folder)).toEqual([]);
  });

  test('rolls a failing file back, keeps what was before it, and goes on from there once it is mended', async () => {
    write('0900_first.sql', 'CREATE TABLE first ();');
    write('0901_broken.sql', 'CREATE TABLE half (); SELECT nonsense;');
    await expect(migrate(sql, folder)).rejects.toThrow(/0901_broken\.sql failed and was rolled back/);
    expect([await hasTable('first'), await hasTable('half')]).toEqual([true, false]);
    write('0901_broken.sql', 'CREATE TABLE half ();');
    expect(await migrate(sql, folder)).toEqual(['0901_broken.sql']);
  });

  test('runs as a process, says what it did, and fails with a sentence', async () => {
    const run = (url: string) =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', 'database/migrate.ts'], {
        cwd: ROOT,
        env: { ...process.env, DATABASE_URL: url },
      });
    expect((await run(database.url)).stdout).toContain(`applied ${NAMES[0]}`);
    expect((await run(database.url)).stdout).toBe('The database is up to date.\n');
    await expect(run('postgres://127.0.0.1:1/nowhere')).rejects.toMatchObject({
      code: 1,
      stderr: /ECONNREFUSED/,
    });
  });
});
