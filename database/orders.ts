/**
 * Orders as SQL. `createOrder` writes everything that an order means in one transaction, which is one statement (migration 0008): the
 * facts, the stock, the trail and what is to be told to others. It is idempotent by checkout id; the first to commit decides.
 */
import { randomBytes } from 'node:crypto';
import type { Shortage } from '../contract/operations.ts';
import type { OrderRequest, PlacedOrder } from '../contract/orders.ts';
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';
import { orLacking } from './stock.ts';

export type CreatedOrder =
  | { status: 'placed'; isNew: boolean; order: PlacedOrder }
  | { status: 'lacking'; shortages: Shortage[] }
  | { status: 'payment_taken' };

type OrderRow = Omit<PlacedOrder, 'placedAt'> & { placedAt: Date };

/** 128 bits, so that nobody finds an order by trying. */
const newOrderId = (): string => randomBytes(16).toString('base64url');

const columns = (sql: Sql) => sql`
  order_id AS "orderId", checkout_id AS "checkoutId", payment_id AS "paymentId", total, currency, placed_at AS "placedAt"`;

const toPlacedOrder = (row: OrderRow): PlacedOrder => ({ ...row, placedAt: row.placedAt.getTime() });

/** The order that a checkout came to, if it did. */
export async function findOrderOfCheckout(sql: Sql, checkoutId: string): Promise<PlacedOrder | undefined> {
  const [row] = await sql<OrderRow[]>`SELECT ${columns(sql)} FROM orders WHERE checkout_id = ${checkoutId}`;
  return row && toPlacedOrder(row);
}

/**
 * Writes the order of a checkout: facts, lines, stock (held → sold), audit, outbox, all or nothing. Called again it returns the order
 * that there is. `lacking`: the hold had been released and others have bought since. `payment_taken`: another order has this payment.
 */
export const createOrder = (sql: Sql, request: OrderRequest): Promise<CreatedOrder> =>
  orLacking(async () => {
    const orderId = newOrderId();
    const [row] = await sql<OrderRow[]>`
      SELECT ${columns(sql)} FROM create_order(${orderId}, ${jsonText(request)}::text::jsonb)`;
    if (!row) return { status: 'payment_taken' };
    return { status: 'placed', isNew: row.orderId === orderId, order: toPlacedOrder(row) };
  });

/** The pseudonym of whoever placed it. */
export async function findOrderOwner(sql: Sql, orderId: string): Promise<string | undefined> {
  const [row] = await sql<{ ownerHash: string }[]>`
    SELECT owner_hash AS "ownerHash" FROM orders WHERE order_id = ${orderId}`;
  return row?.ownerHash;
}
