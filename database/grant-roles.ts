/**
 * What the processes of a running shop may do, as opposed to the owner of the tables: read and write rows, and of what must stay as it is
 * (the audit trail, the list of migrations) only what they need. Granted anew after each migration, so that no new table is forgotten.
 */
import type postgres from 'postgres';

/** Group of the API's and the workers' logins. Made here where the migrating role may make roles, else by an administrator. */
export const SERVICE_ROLE = 'cartwright_service';

/** Rows are added and read, and stay. */
const APPEND_ONLY = ['cart_audit', 'erasures'];

/** Run with the owner's rights, and check themselves what they are asked for. Nobody else may call them. */
const DEFINERS = ['forget_trails'];

/** Rows are read. */
const READ_ONLY = ['schema_migrations'];

async function hasRole(connection: postgres.ReservedSql): Promise<boolean> {
  return (await connection`SELECT FROM pg_roles WHERE rolname = ${SERVICE_ROLE}`).count === 1;
}

/** Roles belong to the whole server: another database's migration may be faster, and not every role may make roles. */
async function makeRole(connection: postgres.ReservedSql): Promise<void> {
  await connection.unsafe(`
    DO $$ BEGIN
      CREATE ROLE ${SERVICE_ROLE} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
    END $$`);
}

async function isOwner(connection: postgres.ReservedSql): Promise<boolean> {
  const [row] = await connection<{ own: boolean }[]>`
    SELECT bool_and(pg_has_role(tableowner, 'MEMBER')) AS own FROM pg_tables WHERE schemaname = current_schema()`;
  return row?.own === true;
}

/** Those of the names that are tables here, ready for SQL. */
async function existing(connection: postgres.ReservedSql, names: string[]): Promise<string[]> {
  const rows = await connection<{ name: string }[]>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname = current_schema() AND tablename IN ${connection(names)}`;
  return rows.map(({ name }) => name);
}

/** The same for functions, with their arguments. */
async function existingFunctions(connection: postgres.ReservedSql, names: string[]): Promise<string[]> {
  const rows = await connection<{ name: string }[]>`
    SELECT oid::regprocedure::text AS name FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND proname IN ${connection(names)}`;
  return rows.map(({ name }) => name);
}

/** Does without where the role cannot be made. Safe to run again and again. */
export async function grantRoles(connection: postgres.ReservedSql): Promise<void> {
  if (!(await hasRole(connection))) await makeRole(connection);
  if (!(await hasRole(connection)) || !(await isOwner(connection))) return;
  const [{ schema } = { schema: 'public' }] = await connection<{ schema: string }[]>`
    SELECT quote_ident(current_schema()) AS schema`;
  const appendOnly = await existing(connection, APPEND_ONLY);
  const readOnly = await existing(connection, READ_ONLY);
  const definers = await existingFunctions(connection, DEFINERS);
  // One message, hence one transaction.
  const statements = [
    `GRANT USAGE ON SCHEMA ${schema} TO ${SERVICE_ROLE}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${SERVICE_ROLE}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${SERVICE_ROLE}`,
    ...appendOnly.map((table) => `REVOKE UPDATE, DELETE ON ${table} FROM ${SERVICE_ROLE}`),
    ...readOnly.map((table) => `REVOKE INSERT, UPDATE, DELETE ON ${table} FROM ${SERVICE_ROLE}`),
    ...definers.map((definer) => `GRANT EXECUTE ON FUNCTION ${definer} TO ${SERVICE_ROLE}`),
  ];
  await connection.unsafe(statements.join('; '));
}
