/**
 * Roles and databases inside PostgreSQL: one that owns the shop's tables, one for its running processes, one that can only read, and where it is wanted two databases for
 * Temporal. Everything is made only where it is missing.
 */
import postgres from 'postgres';
import { SERVICE_ROLE } from '../../database/grant-roles.ts';

export interface Databases {
  /** The role of migrations: owns its database and may make others (tests use templates), but is no superuser. */
  databaseUrl: string;
  /** The role of the API and the workers: reads and writes rows; the audit trail it can only read and add to. */
  databaseService: string;
  /** A role that can only SELECT. */
  databaseReadOnly: string;
}

const SHOP = 'cartwright';
const READER = 'cartwright_reader';
const SERVICE = 'cartwright_app';
const SUPERUSER_CONNECTIONS = 1;

export interface Passwords {
  shop: string;
  reader: string;
  service: string;
}

/** Makes the roles and the shop's database. */
export async function ensureShopDatabase(adminUrl: string, passwords: Passwords): Promise<Databases> {
  await withDatabase(adminUrl, async (sql) => {
    await ensureRole(sql, SHOP, passwords.shop, 'CREATEDB');
    await ensureRole(sql, READER, passwords.reader, '');
    await ensureRole(sql, SERVICE, passwords.service, '');
    await ensureGroup(sql, SERVICE_ROLE);
    await sql.unsafe(`GRANT ${SERVICE_ROLE} TO ${SERVICE}`);
    await sql.unsafe(`GRANT pg_read_all_data TO ${READER}`);
    await sql.unsafe(`ALTER ROLE ${READER} SET default_transaction_read_only = on`);
    await ensureDatabase(sql, SHOP, SHOP);
  });
  return {
    databaseUrl: urlOf(adminUrl, SHOP, passwords.shop),
    databaseService: urlOf(adminUrl, SERVICE, passwords.service),
    databaseReadOnly: urlOf(adminUrl, READER, passwords.reader),
  };
}

/** Makes databases for Temporal, owned by the role of `url`. */
export async function ensureDatabases(url: string, names: string[]): Promise<void> {
  await withDatabase(url, async (sql) => {
    for (const name of names) await ensureDatabase(sql, name);
  });
}

async function withDatabase<T>(url: string, use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: SUPERUSER_CONNECTIONS, connect_timeout: 10, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function ensureRole(sql: postgres.Sql, name: string, password: string, rights: string): Promise<void> {
  const [found] = await sql`select 1 from pg_roles where rolname = ${name}`;
  // Passwords are base64url, names are ours: nothing here needs quoting beyond this.
  if (!found) await sql.unsafe(`CREATE ROLE ${name} LOGIN ${rights} PASSWORD '${password}'`);
}

/** What it may do is granted with the tables (database/grant-roles.ts). */
async function ensureGroup(sql: postgres.Sql, name: string): Promise<void> {
  const [found] = await sql`select 1 from pg_roles where rolname = ${name}`;
  if (!found) await sql.unsafe(`CREATE ROLE ${name} NOLOGIN`);
}

async function ensureDatabase(sql: postgres.Sql, name: string, owner?: string): Promise<void> {
  const [found] = await sql`select 1 from pg_database where datname = ${name}`;
  if (found) return;
  try {
    await sql.unsafe(`CREATE DATABASE "${name}"${owner ? ` OWNER ${owner}` : ''}`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42P04') throw error; // another starter made it
  }
}

function urlOf(adminUrl: string, user: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = user;
  url.password = password;
  url.pathname = `/${SHOP}`;
  return url.href;
}
