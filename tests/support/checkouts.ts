/** Reservations and orders with sensible contents, for tests that are about what becomes of them. */
import { type OrderParts, priceOrder } from '../../cart/order-totals.ts';
import type { OrderRequest, PricedOrder } from '../../contract/orders.ts';
import type { Pricing } from '../../contract/pricing.ts';
import type { ReleaseRequest, ReservationRequest, StockItem } from '../../contract/reservations.ts';
import type { Sql } from '../../database/client.ts';
import { aLine } from './publication.ts';

export const MINUTE = 60_000;

export const PRICING: Pricing = {
  pricesIncludeTax: false,
  taxRates: { standard: 0 },
  shippingMethods: [{ code: 'standard', title: 'Standard', amount: 0, taxClass: 'standard' }],
};

/** One unit of T-TEN for checkout `c1`, held for a quarter of an hour. */
export const aReservation = (request: Partial<ReservationRequest> = {}): ReservationRequest => ({
  checkoutId: 'c1',
  cartId: `cart of ${request.checkoutId ?? 'c1'}`,
  ownerHash: `owner of ${request.checkoutId ?? 'c1'}`,
  items: [{ sku: 'T-TEN', quantity: 1 }],
  heldUntil: Date.now() + 15 * MINUTE,
  openCheckoutsMax: 3,
  ...request,
});

export const aRelease = (checkoutId = 'c1', reason = 'cancelled'): ReleaseRequest => ({
  checkoutId,
  cartId: `cart of ${checkoutId}`,
  ownerHash: `owner of ${checkoutId}`,
  reason,
});

/** The items as lines of an order, each at 10.00. */
export const aPricedOrder = (
  items: readonly StockItem[] = [{ sku: 'T-TEN', quantity: 1 }],
  parts: Partial<OrderParts> = {},
): PricedOrder => {
  const lines = items.map(({ sku, quantity }, index) =>
    aLine({ id: `l${index + 1}`, sku, productId: sku.toLowerCase(), quantity, unitPrice: 1_000 }),
  );
  const [shippingMethod] = PRICING.shippingMethods;
  if (!shippingMethod) throw new Error('no shipping method');
  const priced = priceOrder({ lines, shippingMethod, pricing: PRICING, ...parts });
  if (!priced) throw new Error('an order out of bounds');
  return priced;
};

/** A paid checkout: the payment is for the total, under an id of its own. */
export const anOrder = (
  checkoutId = 'c1',
  priced: PricedOrder = aPricedOrder(),
  more: Partial<OrderRequest> = {},
): OrderRequest => ({
  checkoutId,
  cartId: `cart of ${checkoutId}`,
  ownerKind: 'guest',
  ownerHash: `owner of ${checkoutId}`,
  currency: 'EUR',
  priced,
  payment: { provider: 'test', paymentId: `pay ${checkoutId}`, amount: priced.total, currency: 'EUR' },
  actor: 'system checkout',
  ...more,
});

export interface StockRow {
  available: number;
  held: number;
  sold: number;
  initial: number;
}

export async function stockOf(sql: Sql, sku: string): Promise<StockRow> {
  const [row] = await sql<StockRow[]>`SELECT available, held, sold, initial FROM stock WHERE sku = ${sku}`;
  if (!row) throw new Error(`no stock of ${sku}`);
  return row;
}

/** Forgets all reservations and orders, and fills the stock again: cheaper than a new database for each test. */
export const resetCheckouts = (sql: Sql): Promise<unknown> =>
  sql.unsafe(`DO $$
    DECLARE written_once text;
    BEGIN
      FOREACH written_once IN ARRAY ARRAY['orders', 'order_lines', 'order_audit'] LOOP
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', written_once);
      END LOOP;
      TRUNCATE reservations, reservation_lines, orders, order_lines, order_audit, order_contacts, outbox, payments;
      FOREACH written_once IN ARRAY ARRAY['orders', 'order_lines', 'order_audit'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', written_once);
      END LOOP;
      UPDATE stock SET held = 0, sold = 0, initial = units, available = units
      FROM (SELECT sku, CASE sku WHEN 'T-ONE' THEN 1 WHEN 'T-TEN' THEN 10 ELSE 1000000 END AS units FROM stock) AS full_stock
      WHERE full_stock.sku = stock.sku;
    END $$`);

/** Throws where stock, reservations and orders disagree about any SKU. */
export async function checkStock(sql: Sql): Promise<void> {
  const mismatches = await sql`SELECT * FROM stock_mismatches`;
  if (mismatches.count > 0) throw new Error(`stock disagrees: ${JSON.stringify(mismatches)}`);
}
