/** Looks for a text in every row of a database and in every history: as text, and spelt in bytes. */
import type { Client } from '@temporalio/client';
import type { Sql } from '../../database/client.ts';

/** `schema.table` of each table with a row that holds it. */
export async function rowsWith(sql: Sql, text: string): Promise<string[]> {
  const tables = await sql<{ schema: string; name: string }[]>`
    SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 1, 2`;
  const bytes = Buffer.from(text).toString('hex');
  const found: string[] = [];
  for (const { schema, name } of tables) {
    const rows = await sql`
      SELECT FROM ${sql(`${schema}.${name}`)} AS entry
      WHERE position(${text} IN entry::text) > 0 OR position(${bytes} IN entry::text) > 0 LIMIT 1`;
    if (rows.length > 0) found.push(`${schema}.${name}`);
  }
  return found;
}

/** Payloads as text, so that nothing hides in base64. */
const readable = (value: unknown): string =>
  JSON.stringify(value, (name, member: unknown) =>
    name === 'data' && typeof member === 'string' ? Buffer.from(member, 'base64').toString() : member,
  );

/** Workflow ids whose history, memo or search attributes hold it. */
export async function historiesWith(temporal: Client, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId, runId, memo, searchAttributes } of temporal.workflow.list()) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    if (readable([memo, searchAttributes, history]).includes(text)) found.push(workflowId);
  }
  return found;
}
