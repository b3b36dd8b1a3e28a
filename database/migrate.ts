/**
 * Brings a database to the newest schema: the files of migrations/ in order, each in a transaction of its own, each exactly
 * once however many processes start at the same time. Runs as a process, too: `node --import tsx database/migrate.ts`.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type postgres from 'postgres';
import { readConfig } from '../config.ts';
import { connect, type Sql } from './client.ts';
import { grantRoles } from './grant-roles.ts';

const FOLDER = fileURLToPath(new URL('./migrations/', import.meta.url));
const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

/** Any fixed number that nobody else locks: 'cart' in ASCII. */
const LOCK = 0x63617274;

interface Migration {
  name: string;
  text: string;
  checksum: string;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => FILE_NAME.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = (await readFile(`${folder}/${name}`, 'utf8')).replaceAll('\r\n', '\n');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

async function readApplied(connection: postgres.ReservedSql): Promise<Map<string, string>> {
  await connection`
    CREATE TABLE IF NOT EXISTS schema_migrations (
      name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
    )`;
  const rows = await connection<
    { name: string; checksum: string }[]
  >`SELECT name, checksum FROM schema_migrations`;
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

/** Throws when history was rewritten: the database would no longer be what the files say. */
function refuseChanged(migrations: Migration[], applied: Map<string, string>): void {
  for (const { name, checksum } of migrations) {
    const before = applied.get(name);
    if (before !== undefined && before !== checksum)
      throw new Error(
        `Migration ${name} was changed after it had been applied. Restore the file and write a new migration instead.`,
      );
  }
}

async function apply(connection: postgres.ReservedSql, { name, text, checksum }: Migration): Promise<void> {
  await connection`BEGIN`;
  try {
    await connection.unsafe(text);
    await connection`INSERT INTO schema_migrations (name, checksum) VALUES (${name}, ${checksum})`;
    await connection`COMMIT`;
  } catch (error) {
    await connection`ROLLBACK`.catch(() => undefined);
    throw new Error(`Migration ${name} failed and was rolled back: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Applies what is missing and returns the names of the applied files, none when there was nothing to do. Parallel calls wait
 * for each other. A failing file is rolled back, earlier ones stay. Needs a session (a pooler in transaction mode will not do).
 */
export async function migrate(sql: Sql, folder = FOLDER): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const connection = await sql.reserve();
  try {
    await connection`SET statement_timeout = 0`;
    await connection`SET client_min_messages = warning`;
    await connection`SELECT pg_advisory_lock(${LOCK})`;
    const applied = await readApplied(connection);
    refuseChanged(migrations, applied);
    const missing = migrations.filter(({ name }) => !applied.has(name));
    for (const migration of missing) await apply(connection, migration);
    await grantRoles(connection);
    return missing.map(({ name }) => name);
  } finally {
    await connection`SELECT pg_advisory_unlock_all()`.catch(() => undefined);
    await connection`RESET ALL`.catch(() => undefined);
    connection.release();
  }
}

async function main(): Promise<void> {
  const sql = connect(readConfig().DATABASE_URL, {
    max: 1,
    name: 'cartwright-migrate',
    statementTimeoutMs: 0,
  });
  try {
    const names = await migrate(sql);
    for (const name of names) console.log(`applied ${name}`);
    console.log(names.length === 0 ? 'The database is up to date.' : 'The database is now up to date.');
  } finally {
    await sql.end({ timeout: 5 });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
