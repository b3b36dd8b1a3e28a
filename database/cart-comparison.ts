/** What reconcile reads of the read model: open rows in key order, whole rows to compare, and which carts have no open row. */
import type { CartStatus } from '../contract/cart-view.ts';
import type { Sql } from './client.ts';

/** One open row, as the scan sees it. Instants in epoch ms. */
export interface ScannedRow {
  workflowId: string;
  updatedAt: number;
  lines: number;
  status: CartStatus;
  ownerHash: string;
  /** Another open row shows the same owner. */
  hasTwin: boolean;
  /** It belongs to the share of carts that is asked this time. */
  isTurn: boolean;
}

export interface Share {
  cycle: number;
  turn: number;
}

/** The next open rows after a workflow id, in its order. */
export const scanOpenRows = (
  sql: Sql,
  after: string,
  limit: number,
  { cycle, turn }: Share,
): Promise<ScannedRow[]> => sql<ScannedRow[]>`
  SELECT workflow_id AS "workflowId", (extract(epoch FROM updated_at) * 1000)::bigint AS "updatedAt",
    cardinality(line_ids) AS lines, status, owner_hash AS "ownerHash",
    abs(hashtext(workflow_id)::bigint) % ${cycle} = ${turn} AS "isTurn",
    EXISTS (
      SELECT FROM carts AS twin
      WHERE twin.owner_hash = row.owner_hash AND twin.workflow_id <> row.workflow_id AND twin.status IN ('active', 'checkout')
    ) AS "hasTwin"
  FROM carts AS row
  WHERE workflow_id > ${after} AND status IN ('active', 'checkout')
  ORDER BY workflow_id LIMIT ${limit}`;

/** Those of the workflows that have no open row. */
export async function withoutOpenRow(sql: Sql, workflowIds: readonly string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    SELECT id FROM unnest(${sql.array([...workflowIds])}::text[]) AS id
    WHERE NOT EXISTS (SELECT FROM carts WHERE workflow_id = id AND status IN ('active', 'checkout'))`;
  return rows.map(({ id }) => id);
}

/** All that a publication writes. Instants in epoch ms. */
export interface WholeRow {
  cartId: string;
  bornAt: number;
  generation: number;
  version: number;
  status: CartStatus;
  ownerKind: string;
  ownerHash: string;
  currency: string;
  lineIds: string[];
  lineSkus: string[];
  lineRevisions: number[];
  itemsCount: number;
  totalQuantity: number;
  total: number;
  isLocked: boolean;
  createdAt: number;
  updatedAt: number;
  expiresAt: number | null;
  abandonedAt: number | null;
  /** Ready JSON. */
  view: string;
}

export interface ObservedRow {
  row: WholeRow;
  /** When it was written, to the microsecond: the row's name for a repair. */
  observed: string;
  /** Milliseconds since then, by the database's clock. */
  ageMs: number;
  /** Other open rows with the same owner hash. */
  twins: string[];
}

/** Undefined where there is no row. */
export async function readWholeRow(sql: Sql, workflowId: string): Promise<ObservedRow | undefined> {
  const [found] = await sql<(WholeRow & Omit<ObservedRow, 'row'>)[]>`
    SELECT published_at::text AS observed,
      (extract(epoch FROM clock_timestamp() - published_at) * 1000)::bigint AS "ageMs", cart_id AS "cartId", generation, version, status, owner_kind AS "ownerKind",
      owner_hash AS "ownerHash", currency, line_ids AS "lineIds", line_skus AS "lineSkus",
      line_revisions AS "lineRevisions", items_count AS "itemsCount", total_quantity AS "totalQuantity", total, is_locked AS "isLocked", view,
      (extract(epoch FROM born_at) * 1000)::bigint AS "bornAt",
      (extract(epoch FROM created_at) * 1000)::bigint AS "createdAt",
      (extract(epoch FROM updated_at) * 1000)::bigint AS "updatedAt",
      (extract(epoch FROM expires_at) * 1000)::bigint AS "expiresAt",
      (extract(epoch FROM abandoned_at) * 1000)::bigint AS "abandonedAt",
      ARRAY(
        SELECT twin.workflow_id FROM carts AS twin
        WHERE twin.owner_hash = row.owner_hash AND twin.workflow_id <> row.workflow_id
          AND twin.status IN ('active', 'checkout')
        LIMIT 10
      ) AS twins
    FROM carts AS row WHERE workflow_id = ${workflowId}`;
  if (!found) return undefined;
  const { observed, ageMs, twins, ...row } = found;
  return { row, observed, ageMs, twins };
}

/** Closes a row whose cart is gone, unless it has changed since it was read. Keeps its version: nothing happened to a cart. */
export async function closeRow(
  sql: Sql,
  workflowId: string,
  observed: string,
  view: string,
): Promise<boolean> {
  const rows = await sql`
    WITH closed AS (
      UPDATE carts SET status = 'expired', expires_at = NULL, abandoned_at = NULL, view = ${view}, published_at = now()
      WHERE workflow_id = ${workflowId} AND published_at = ${observed}::text::timestamptz
      RETURNING workflow_id, version
    )
    SELECT pg_notify('cart', workflow_id || ' ' || version) FROM closed`;
  return rows.length > 0;
}

/** The state in which a generation ended; undefined for one that has not, as far as is known. */
export async function readFinishedState(sql: Sql, cartId: string): Promise<unknown> {
  const [row] = await sql<{ state: unknown }[]>`SELECT state FROM finished_carts WHERE cart_id = ${cartId}`;
  return row?.state;
}
