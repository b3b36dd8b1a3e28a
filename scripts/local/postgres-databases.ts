/**
 * Roles and databases inside PostgreSQL: one for the shop, one that can only read it, and where it is wanted two databases for
 * Temporal. Everything is made only where it is missing.
 */
import postgres from 'postgres';

export interface Databases {
  /** The applications' role: owns its database and may make others (tests use templates), but is no superuser. */
  databaseUrl: string;
  /** A role that can only SELECT. */
  databaseReadOnly: string;
}

const SHOP = 'cartwright';
const READER = 'cartwright_reader';
const SUPERUSER_CONNECTIONS = 1;

export interface Passwords {
  shop: string;
  reader: string;
}

/** Makes the roles and the shop's database. */
export async function ensureShopDatabase(adminUrl: string, passwords: Passwords): Promise<Databases> {
  await withDatabase(adminUrl, async (sql) => {
    await ensureRole(sql, SHOP, passwords.shop, 'CREATEDB');
    await ensureRole(sql, READER, passwords.reader, '');
    await sql.unsafe(`GRANT pg_read_all_data TO ${READER}`);
    await sql.unsafe(`ALTER ROLE ${READER} SET default_transaction_read_only = on`);
    await ensureDatabase(sql, SHOP, SHOP);
  });
  return {
    databaseUrl: urlOf(adminUrl, SHOP, passwords.shop),
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
