/**
 * Carts as operators look for them: living ones and those that ended, newest first, in pages. A page ends at the time when its last cart
 * was made, which never changes: whatever happens meanwhile, no cart comes twice and none that was there is left out.
 */
import type { CartStatus } from '../contract/cart-view.ts';
import type { Sql } from './client.ts';

export interface CartSummary {
  cartId: string;
  workflowId: string;
  generation: number;
  version: number;
  status: CartStatus;
  ownerKind: 'guest' | 'customer';
  ownerHash: string;
  currency: string;
  itemsCount: number;
  /** Minor units. */
  total: number;
  isLocked: boolean;
  createdAt: Date;
  /** The last change; for a cart that ended, its end. */
  updatedAt: Date;
  /** Since when its shopper has been away; null while they are there, and of carts that ended. */
  abandonedAt: Date | null;
}

/** What is left out is not asked for. Times are inclusive. */
export interface CartFilter {
  status?: CartStatus;
  ownerHash?: string;
  sku?: string;
  isLocked?: boolean;
  isAbandoned?: boolean;
  createdFrom?: string;
  createdTo?: string;
  changedFrom?: string;
  changedTo?: string;
}

/** Where a page ended. */
export interface DirectoryPosition {
  /** RFC 3339. */
  createdAt: string;
  cartId: string;
}

/** `carts` holds the newest generation of each owner, ended or not; what ended is listed from `finished_carts` alone. */
const LIVING: readonly CartStatus[] = ['active', 'checkout'];

function conditions(sql: Sql, filter: CartFilter, before: DirectoryPosition | undefined) {
  const { status, ownerHash, createdFrom, createdTo } = filter;
  return sql`
    ${status ? sql`status = ${status}` : sql`true`}
    ${ownerHash ? sql`AND owner_hash = ${ownerHash}` : sql``}
    ${createdFrom ? sql`AND created_at >= ${createdFrom}` : sql``}
    ${createdTo ? sql`AND created_at <= ${createdTo}` : sql``}
    ${before ? sql`AND (created_at, cart_id) < (${before.createdAt}, ${before.cartId})` : sql``}`;
}

const changed = (sql: Sql, column: string, { changedFrom, changedTo }: CartFilter) => sql`
  ${changedFrom ? sql`AND ${sql(column)} >= ${changedFrom}` : sql``}
  ${changedTo ? sql`AND ${sql(column)} <= ${changedTo}` : sql``}`;

const living = (sql: Sql, filter: CartFilter, before: DirectoryPosition | undefined, limit: number) => sql`
  SELECT cart_id, workflow_id, generation, version, status, owner_kind, owner_hash, currency, items_count, total, is_locked,
    created_at, updated_at, abandoned_at
  FROM carts WHERE ${conditions(sql, filter, before)} AND status IN ('active', 'checkout')
    ${filter.sku ? sql`AND line_skus @> ${[filter.sku]}::text[]` : sql``}
    ${filter.isLocked ? sql`AND is_locked` : sql``}
    ${filter.isAbandoned ? sql`AND abandoned_at IS NOT NULL` : sql``} ${changed(sql, 'updated_at', filter)}
  ORDER BY created_at DESC, cart_id DESC LIMIT ${limit}`;

const ended = (sql: Sql, filter: CartFilter, before: DirectoryPosition | undefined, limit: number) => sql`
  SELECT cart_id, workflow_id, generation, version, status, owner_kind, owner_hash, currency,
    jsonb_array_length(state -> 'lines') AS items_count, total, false AS is_locked, created_at, finished_at AS updated_at,
    NULL::timestamptz AS abandoned_at
  FROM finished_carts WHERE ${conditions(sql, filter, before)}
    ${filter.sku ? sql`AND state -> 'lines' @> ${JSON.stringify([{ sku: filter.sku }])}::text::jsonb` : sql``}
    ${changed(sql, 'finished_at', filter)}
  ORDER BY created_at DESC, cart_id DESC LIMIT ${limit}`;

/** Both, or the one that can hold what is asked for: locked and abandoned carts are living ones. */
function sources(sql: Sql, filter: CartFilter, before: DirectoryPosition | undefined, limit: number) {
  const isLiving = filter.status === undefined || LIVING.includes(filter.status);
  const isOfLiving = filter.isLocked === true || filter.isAbandoned === true;
  const isEnded = !isOfLiving && (filter.status === undefined || !LIVING.includes(filter.status));
  if (!isEnded) return living(sql, filter, before, limit);
  if (!isLiving) return ended(sql, filter, before, limit);
  return sql`(${living(sql, filter, before, limit)}) UNION ALL (${ended(sql, filter, before, limit)})`;
}

const summary = (sql: Sql) => sql`
  cart_id AS "cartId", workflow_id AS "workflowId", generation, version, status, owner_kind AS "ownerKind",
  owner_hash AS "ownerHash", currency, items_count AS "itemsCount", total, is_locked AS "isLocked",
  created_at AS "createdAt", updated_at AS "updatedAt", abandoned_at AS "abandonedAt"`;

/** One page, newest first. `next` is undefined on the last one. */
export async function searchCarts(
  sql: Sql,
  filter: CartFilter,
  page: { limit: number; before?: DirectoryPosition },
): Promise<{ carts: CartSummary[]; next: DirectoryPosition | undefined }> {
  const rows = await sql<CartSummary[]>`
    SELECT ${summary(sql)} FROM (${sources(sql, filter, page.before, page.limit + 1)}) AS found
    ORDER BY created_at DESC, cart_id DESC LIMIT ${page.limit + 1}`;
  const carts = rows.slice(0, page.limit);
  const last = carts.at(-1);
  const isMore = rows.length > page.limit && last !== undefined;
  return {
    carts,
    next: isMore ? { createdAt: last.createdAt.toISOString(), cartId: last.cartId } : undefined,
  };
}

export interface FoundCart extends CartSummary {
  /** The published view as ready JSON. */
  viewJson: string;
  /** When the row was written, to the microsecond; null for a cart that ended. */
  publishedAt: string | null;
}

/** By public id, or the living one by workflow id. */
export async function findCart(sql: Sql, id: string): Promise<FoundCart | undefined> {
  const [row] = await sql<FoundCart[]>`
    SELECT ${summary(sql)}, view AS "viewJson", "publishedAt" FROM (
      SELECT cart_id, workflow_id, generation, version, status, owner_kind, owner_hash, currency, items_count, total, is_locked,
        created_at, updated_at, abandoned_at, view, published_at::text AS "publishedAt", 0 AS rank
      FROM carts WHERE cart_id = ${id} OR workflow_id = ${id}
      UNION ALL
      SELECT cart_id, workflow_id, generation, version, status, owner_kind, owner_hash, currency,
        jsonb_array_length(state -> 'lines'), total, false, created_at, finished_at, NULL, view, NULL, 1
      FROM finished_carts WHERE cart_id = ${id}
    ) AS found ORDER BY rank LIMIT 1`;
  return row;
}
