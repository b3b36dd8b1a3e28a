/** An order for the owner of a published cart, written as a checkout would write it. */
import { randomUUID } from 'node:crypto';
import type { Sql } from '../../database/client.ts';
import { createOrder } from '../../database/orders.ts';
import { anOrder, aPricedOrder } from '../support/checkouts.ts';

export async function placeOrder(sql: Sql, cartId: string, note: string): Promise<string> {
  const [cart] = await sql<{ ownerHash: string }[]>`
    SELECT owner_hash AS "ownerHash" FROM carts WHERE cart_id = ${cartId}`;
  if (!cart) throw new Error(`The cart ${cartId} was never published.`);
  const priced = aPricedOrder([{ sku: 'T-A', quantity: 1 }]);
  const lines = priced.lines.map((line) => ({ ...line, attributes: { note } }));
  const request = anOrder(`checkout-${randomUUID()}`, { ...priced, lines }, { cartId, ...cart });
  const outcome = await createOrder(sql, request);
  if (outcome.status !== 'placed') throw new Error(`The order was not placed: ${outcome.status}`);
  return outcome.order.orderId;
}
