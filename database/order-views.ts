/** Orders as their owners see them. Every query asks for the owner or the checkout along with the order: there is no way to read another's. */
import type { OrderLine, OrderView } from '../contract/orders.ts';
import type { Sql } from './client.ts';

/** Whose orders: an owner's, and those of one checkout (for whoever holds its token). At least one must be given to see anything. */
export interface OrderScope {
  ownerHash?: string;
  checkoutId?: string;
}

/** Where a page ended: orders are told apart by instant and id. */
export interface OrderPlace {
  placedAt: number;
  orderId: string;
}

interface OrderRow
  extends Omit<OrderView, 'payment' | 'placedAt' | 'lines' | 'itemsCount' | 'totalQuantity'> {
  provider: string;
  paymentId: string;
  paymentAmount: number;
  placedAt: Date;
  lines: (Omit<OrderLine, 'imageUrl'> & { imageUrl: string | null })[];
}

const inScope = (sql: Sql, { ownerHash, checkoutId }: OrderScope) => sql`
  (owner_hash = ${ownerHash ?? null} OR checkout_id = ${checkoutId ?? null})`;

const selectOrders = (sql: Sql) => sql`
  SELECT order_id AS id, cart_id AS "cartId", currency, prices_include_tax AS "pricesIncludeTax", subtotal,
    discount_total AS "discountTotal", shipping_method AS "shippingMethod", shipping_total AS "shippingTotal",
    shipping_tax AS "shippingTax", tax_total AS "taxTotal", total, payment_provider AS provider,
    payment_id AS "paymentId", payment_amount AS "paymentAmount", placed_at AS "placedAt", (
      SELECT jsonb_agg(jsonb_build_object(
        'lineId', line_id, 'sku', sku, 'productId', product_id, 'title', title, 'imageUrl', image_url, 'options', options,
        'attributes', attributes, 'quantity', quantity, 'unitPrice', unit_price, 'subtotal', subtotal,
        'discount', discount, 'taxClass', tax_class, 'taxRate', tax_rate, 'tax', tax, 'total', total
      ) ORDER BY position) FROM order_lines WHERE order_lines.order_id = orders.order_id
    ) AS lines
  FROM orders`;

function toView({ provider, paymentId, paymentAmount, placedAt, ...row }: OrderRow): OrderView {
  const lines = row.lines.map(
    ({ imageUrl, ...line }): OrderLine => (imageUrl === null ? line : { ...line, imageUrl }),
  );
  return {
    ...row,
    itemsCount: lines.length,
    totalQuantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    lines,
    payment: { provider, paymentId, amount: paymentAmount },
    placedAt: placedAt.toISOString(),
  };
}

export interface OrderPage {
  orders: OrderView[];
  /** Absent on the last page. */
  next?: OrderPlace;
}

/** Newest first. `after` is the `next` of the page before; orders that are placed meanwhile do not move a later page. */
export async function listOrders(
  sql: Sql,
  scope: OrderScope,
  { after, limit }: { after?: OrderPlace; limit: number },
): Promise<OrderPage> {
  const from = after
    ? sql`AND (placed_at, order_id) < (${new Date(after.placedAt)}::timestamptz, ${after.orderId})`
    : sql``;
  const rows = await sql<OrderRow[]>`
    ${selectOrders(sql)} WHERE ${inScope(sql, scope)} ${from}
    ORDER BY placed_at DESC, order_id DESC LIMIT ${limit + 1}`;
  const orders = rows.slice(0, limit).map(toView);
  const last = orders.at(-1);
  if (rows.length <= limit || !last) return { orders };
  return { orders, next: { placedAt: Date.parse(last.placedAt), orderId: last.id } };
}

/** Undefined for an unknown order and for another's alike. */
export async function findOrder(
  sql: Sql,
  scope: OrderScope,
  orderId: string,
): Promise<OrderView | undefined> {
  const [row] = await sql<OrderRow[]>`
    ${selectOrders(sql)} WHERE order_id = ${orderId} AND ${inScope(sql, scope)}`;
  return row && toView(row);
}
