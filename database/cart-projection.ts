/**
 * The read model of carts: one statement publishes what a cart has to say, one SELECT reads it. Every write is idempotent and
 * only moves forward, because the activity that calls it may run twice, late, or on two workers at once.
 */
import type { CartStatus } from '../contract/cart-view.ts';
import type { PublicationRows, RequestRow } from './cart-rows.ts';
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';

export type { RequestRow } from './cart-rows.ts';

/**
 * Writes the newest state, the trail, finished generations and request outcomes in one statement, hence in one transaction and
 * one round trip, and notifies channel `cart` with `<workflow id> <version>` when the projection moved.
 * Returns whether it moved: false when the same or a newer state was there already. Newer is what the cart did later, not what has
 * the higher version: a change whose workflow task was lost never was, and its version is given again (migration 0004).
 * Parameters go over as text, because the driver would encode a string for jsonb a second time.
 */
export async function publish(
  sql: Sql,
  { cart, finished, audit, requests, observed }: PublicationRows,
): Promise<boolean> {
  const rows = await sql`
    WITH moved AS (
      INSERT INTO carts AS current (
        workflow_id, cart_id, born_at, generation, version, status, owner_kind, owner_hash, currency, view,
        line_ids, line_skus, line_revisions,
        items_count, total_quantity, total, is_locked, created_at, updated_at, expires_at, abandoned_at
      ) VALUES (
        ${cart.workflowId}, ${cart.cartId}, ${cart.bornAt}, ${cart.generation}, ${cart.version},
        ${cart.status}, ${cart.ownerKind}, ${cart.ownerHash}, ${cart.currency}, ${cart.view},
        ${cart.lines.map((line) => line.id)}::text[],
        ${cart.lines.map((line) => line.sku)}::text[],
        ${cart.lines.map((line) => line.revision)}::bigint[],
        ${cart.itemsCount}, ${cart.totalQuantity}, ${cart.total}, ${cart.isLocked}, ${cart.createdAt}, ${cart.updatedAt}, ${cart.expiresAt},
        ${cart.abandonedAt}
      )
      ON CONFLICT (workflow_id) DO UPDATE SET
        cart_id = EXCLUDED.cart_id, born_at = EXCLUDED.born_at, generation = EXCLUDED.generation,
        version = EXCLUDED.version, status = EXCLUDED.status, owner_kind = EXCLUDED.owner_kind,
        owner_hash = EXCLUDED.owner_hash, currency = EXCLUDED.currency, view = EXCLUDED.view,
        line_ids = EXCLUDED.line_ids, line_skus = EXCLUDED.line_skus, line_revisions = EXCLUDED.line_revisions,
        items_count = EXCLUDED.items_count, total_quantity = EXCLUDED.total_quantity, total = EXCLUDED.total,
        is_locked = EXCLUDED.is_locked, created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at, expires_at = EXCLUDED.expires_at,
        abandoned_at = EXCLUDED.abandoned_at, published_at = now()
      WHERE (current.born_at, current.updated_at, current.version)
        < (EXCLUDED.born_at, EXCLUDED.updated_at, EXCLUDED.version)
        OR current.published_at = ${observed}::text::timestamptz
      RETURNING workflow_id, version
    ), ended AS (
      INSERT INTO finished_carts (
        cart_id, workflow_id, born_at, generation, version, status, owner_kind, owner_hash, currency, total,
        state, view, created_at, finished_at
      )
      SELECT "cartId", "workflowId", "bornAt", generation, version, status, "ownerKind", "ownerHash", currency, total,
        state, view, "createdAt", "finishedAt"
      FROM jsonb_to_recordset(${jsonText(finished)}::text::jsonb) AS row (
        "cartId" text, "workflowId" text, "bornAt" timestamptz, generation integer, version bigint, status text,
        "ownerKind" text, "ownerHash" text, currency text, total bigint, state jsonb, view text,
        "createdAt" timestamptz, "finishedAt" timestamptz
      )
      ON CONFLICT (cart_id) DO NOTHING
    ), trail AS (
      INSERT INTO cart_audit (cart_id, version, workflow_id, kind, operation, change, actor, key_hash, request_id, at)
      SELECT "cartId", version, "workflowId", kind, operation, NULLIF(change, 'null'), actor, "keyHash", "requestId", at
      FROM jsonb_to_recordset(${jsonText(audit)}::text::jsonb) AS row (
        "cartId" text, version bigint, "workflowId" text, kind text, operation jsonb, change jsonb, actor text,
        "keyHash" text, "requestId" text, at timestamptz
      )
      ON CONFLICT (cart_id, version, at) DO NOTHING
    ), answers AS (
      INSERT INTO cart_requests AS former (
        workflow_id, key_hash, fingerprint, request_id, status, version, refusal, outcomes, at
      )
      SELECT DISTINCT ON ("workflowId", "keyHash")
        "workflowId", "keyHash", fingerprint, "requestId", status, version, NULLIF(refusal, 'null'), outcomes, at
      FROM jsonb_to_recordset(${jsonText(requests)}::text::jsonb) AS row (
        "workflowId" text, "keyHash" text, fingerprint text, "requestId" text, status text, version bigint,
        refusal jsonb, outcomes jsonb, at timestamptz
      )
      ORDER BY "workflowId", "keyHash", status = 'applied' DESC, at DESC
      ON CONFLICT (workflow_id, key_hash) DO UPDATE SET
        fingerprint = EXCLUDED.fingerprint, request_id = EXCLUDED.request_id, status = EXCLUDED.status,
        version = EXCLUDED.version, refusal = EXCLUDED.refusal, outcomes = EXCLUDED.outcomes, at = EXCLUDED.at
      WHERE (former.status = 'applied', former.at) < (EXCLUDED.status = 'applied', EXCLUDED.at)
    )
    SELECT pg_notify('cart', workflow_id || ' ' || version) FROM moved`;
  return rows.length > 0;
}

/** A cart as it was published last. */
export interface StoredCart {
  cartId: string;
  /** Epoch ms. */
  bornAt: number;
  version: number;
  status: CartStatus;
  /** The cart view as ready JSON. */
  viewJson: string;
  /** True when the catalogue has changed for one of its SKUs since the line was priced. */
  isStale: boolean;
  /** The newest catalogue revision of its SKUs; 0 without lines. */
  catalogueRevision: number;
  /** Epoch ms since when the shopper has been away, once the first delay has passed. Not in `viewJson`. */
  abandonedAt: number | null;
}

/** One SELECT. Undefined for a cart that was never published; whether a finished one counts as absent is for the caller to say. */
export async function readCart(sql: Sql, workflowId: string): Promise<StoredCart | undefined> {
  const [row] = await sql<StoredCart[]>`
    SELECT cart_id AS "cartId", (extract(epoch FROM born_at) * 1000)::bigint AS "bornAt", version, status,
      view AS "viewJson", COALESCE(moved, false) AS "isStale", COALESCE(newest, 0) AS "catalogueRevision",
      (extract(epoch FROM abandoned_at) * 1000)::bigint AS "abandonedAt"
    FROM carts, LATERAL (
      SELECT bool_or(variants.revision IS DISTINCT FROM line.revision) AS moved, max(variants.revision) AS newest
      FROM unnest(line_skus, line_revisions) AS line (sku, revision) LEFT JOIN variants USING (sku)
    ) AS today
    WHERE workflow_id = ${workflowId}`;
  return row;
}

/** Whether there is something in a cart, as far as the read model knows. Undefined for a cart that was never published. */
export async function readStanding(
  sql: Sql,
  workflowId: string,
): Promise<{ status: CartStatus; itemsCount: number } | undefined> {
  const [row] = await sql<{ status: CartStatus; itemsCount: number }[]>`
    SELECT status, items_count AS "itemsCount" FROM carts WHERE workflow_id = ${workflowId}`;
  return row;
}

/** The SKU of a line in the published cart; undefined for a cart or a line that is not there. */
export async function readLineSku(sql: Sql, workflowId: string, lineId: string): Promise<string | undefined> {
  const [row] = await sql<{ sku: string | null }[]>`
    SELECT line_skus[array_position(line_ids, ${lineId})] AS sku FROM carts WHERE workflow_id = ${workflowId}`;
  return row?.sku ?? undefined;
}

/** A request's outcome, as it was published. */
export interface StoredRequest extends RequestRow {
  /**
   * True once the cart has published something of a later workflow task: only then is it sure that the request was not lost with
   * its own. Until then only the cart itself knows.
   */
  isLasting: boolean;
}

/**
 * What became of the request with this key (hashed); undefined while nothing was published about it, and where what was published is
 * known not to have lasted: another change of the same or a lower version came later (migration 0004).
 */
export async function readRequest(
  sql: Sql,
  workflowId: string,
  keyHash: string,
): Promise<StoredRequest | undefined> {
  const [row] = await sql<(Omit<StoredRequest, 'at'> & { at: Date })[]>`
    SELECT workflow_id AS "workflowId", key_hash AS "keyHash", fingerprint, request_id AS "requestId",
      request.status, request.version, refusal, outcomes, at, COALESCE(updated_at > at, false) AS "isLasting"
    FROM cart_requests AS request LEFT JOIN carts USING (workflow_id)
    WHERE workflow_id = ${workflowId} AND key_hash = ${keyHash} AND (request.status = 'refused' OR NOT EXISTS (
      SELECT FROM cart_audit AS later
      WHERE later.workflow_id = request.workflow_id AND later.at > request.at AND later.version <= request.version))`;
  return row && { ...row, at: row.at.toISOString() };
}
