/**
 * Stock as SQL: what is missing, and who holds what. The moves themselves are functions of the database (migration 0007), each a whole
 * transaction in one statement, with `available + held + sold = initial` before and after.
 */
import type { Shortage } from '../contract/operations.ts';
import type { Sql } from './client.ts';

/** Raised by `move_stock` where units are missing. */
const LACKING = 'CW001';

/** The answer of `run`, or every shortage where units are missing; then nothing was changed. */
export async function orLacking<T>(
  run: () => Promise<T>,
): Promise<T | { status: 'lacking'; shortages: Shortage[] }> {
  try {
    return await run();
  } catch (error) {
    const { code, detail } = error as { code?: string; detail?: string };
    if (code !== LACKING || detail === undefined) throw error;
    return { status: 'lacking', shortages: JSON.parse(detail) as Shortage[] };
  }
}

/** Units of one SKU that a checkout holds. */
export interface StockHolder {
  sku: string;
  quantity: number;
  checkoutId: string;
  cartId: string;
  ownerHash: string;
  heldUntil: Date;
  /** Money was taken: the deadline no longer counts. */
  isCaptured: boolean;
  isOverdue: boolean;
}

/** Who holds units of the SKU, or of any without one; the soonest deadline first, at most a thousand. */
export const listHolders = (sql: Sql, sku?: string): Promise<StockHolder[]> =>
  sql<StockHolder[]>`
    SELECT sku, quantity, checkout_id AS "checkoutId", cart_id AS "cartId", owner_hash AS "ownerHash",
      held_until AS "heldUntil", captured_at IS NOT NULL AS "isCaptured", is_overdue AS "isOverdue"
    FROM stock_holders WHERE ${sku ?? null}::text IS NULL OR sku = ${sku ?? null}
    ORDER BY held_until, checkout_id, sku LIMIT 1000`;
