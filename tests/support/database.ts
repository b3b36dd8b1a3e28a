/**
 * A fresh, migrated database for each test file, copied from a template on the PostgreSQL of TEST_DATABASE_URL. Real, because what
 * is worth testing here (locks, triggers, notifications, what survives a crash) is what a stand-in would not have.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type Sql } from '../../database/client.ts';
import { type CatalogueName, loadCatalogue } from '../../database/load-catalogue.ts';
import { migrate } from '../../database/migrate.ts';

export interface TestDatabase {
  sql: Sql;
  url: string;
  /** Closes `sql` and removes the database, whoever else is connected. */
  drop(): Promise<void>;
}

const DATABASE = fileURLToPath(new URL('../../database/', import.meta.url));

/** What a template is made of. */
const SOURCES = ['migrations', 'catalogues', 'load-catalogue.ts'];

/** Any fixed number: one builder of the template at a time. */
const LOCK = 7_041_776;

const filesOf = (source: string): string[] =>
  source.endsWith('.ts')
    ? [source]
    : readdirSync(path.join(DATABASE, source))
        .sort()
        .map((name) => path.join(source, name));

/** A changed migration or catalogue makes another template. */
function templateName(catalogue: CatalogueName | undefined): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesOf)) hash.update(file).update(readFileSync(DATABASE + file));
  return `template_${hash.digest('hex').slice(0, 16)}_${catalogue ?? 'empty'}`;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** Not WITH (FORCE): a plain role may not end an autovacuum worker that way, but an ordinary drop asks it to leave. */
async function dropDatabase(admin: Sql, name: string): Promise<void> {
  await admin`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name} AND usename = current_user`;
  await admin`DROP DATABASE IF EXISTS ${admin(name)}`;
}

/** Built under another name and renamed when it is whole: an interrupted builder leaves nothing that looks ready. */
async function ensureTemplate(
  admin: Sql,
  server: string,
  catalogue: CatalogueName | undefined,
): Promise<string> {
  const template = templateName(catalogue);
  const [found] = await admin`SELECT FROM pg_database WHERE datname = ${template}`;
  if (found) return template;
  const draft = `${template}_draft`;
  await dropDatabase(admin, draft);
  await admin`CREATE DATABASE ${admin(draft)}`;
  const sql = connect(urlOf(server, draft), { max: 1, name: 'template', statementTimeoutMs: 0 });
  await migrate(sql);
  if (catalogue) await loadCatalogue(sql, catalogue);
  await sql.end();
  await admin`ALTER DATABASE ${admin(draft)} RENAME TO ${admin(template)}`;
  return template;
}

async function withAdmin(server: string, use: (admin: Sql) => Promise<unknown>): Promise<void> {
  const admin = connect(server, { max: 1, name: 'test-admin', statementTimeoutMs: 0 });
  try {
    await use(admin);
  } finally {
    await admin.end({ timeout: 5 });
  }
}

/** Empty of rows, unless a catalogue is asked for. */
export async function createTestDatabase({
  catalogue,
}: {
  catalogue?: CatalogueName;
} = {}): Promise<TestDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) {
    throw new Error(
      'These tests need a real PostgreSQL. `npm test` starts one; or set TEST_DATABASE_URL to a server where the role may create databases.',
    );
  }
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withAdmin(server, async (admin) => {
    await admin`SELECT pg_advisory_lock(${LOCK})`;
    const template = await ensureTemplate(admin, server, catalogue);
    await admin`CREATE DATABASE ${admin(name)} TEMPLATE ${admin(template)}`;
  });
  const url = urlOf(server, name);
  const sql = connect(url, { max: 10, name: 'test' });
  return {
    sql,
    url,
    async drop() {
      await sql.end({ timeout: 5 });
      await withAdmin(server, (admin) => dropDatabase(admin, name));
    },
  };
}
