/** Reads the audit trail: the changes of one cart that lasted, newest first, in pages. */
import type { Sql } from './client.ts';

export interface AuditedChange {
  version: number;
  kind: string;
  /** `guest:`, `customer:` or `operator:` and a hash; `system` for what the cart did by itself. */
  actor: string;
  /** Hash of the idempotency key. */
  keyHash: string | null;
  requestId: string;
  at: Date;
  /** What was asked. */
  operation: unknown;
  /** CartChange (cart/change.ts); null in old entries. */
  change: unknown;
}

/** Entries below the version `before`. `next` is undefined on the last page. */
export async function readTrail(
  sql: Sql,
  cartId: string,
  page: { limit: number; before?: number },
): Promise<{ entries: AuditedChange[]; next: number | undefined }> {
  const rows = await sql<AuditedChange[]>`
    SELECT version, kind, actor, key_hash AS "keyHash", request_id AS "requestId", at, operation, change
    FROM cart_trail WHERE cart_id = ${cartId} AND ${page.before === undefined ? sql`true` : sql`version < ${page.before}`}
    ORDER BY version DESC LIMIT ${page.limit + 1}`;
  const entries = rows.slice(0, page.limit);
  return { entries, next: rows.length > page.limit ? entries.at(-1)?.version : undefined };
}

/** Changes that a bulk action has brought about so far. */
export async function countChangesOf(sql: Sql, requestId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    SELECT count(DISTINCT cart_id) AS count FROM cart_audit
    WHERE request_id = ${requestId} AND request_id LIKE 'bulk-action:%'`;
  return row?.count ?? 0;
}
