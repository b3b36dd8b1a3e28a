/** What the link in a recovery mail leads to: the cart that was left, if the link is still alive. One SELECT, whatever the answer. */
import { type MailedLink, recoveryKey } from '../contract/abandonment.ts';
import type { CartView } from '../contract/cart-view.ts';
import type { Sql } from './client.ts';

export interface LeftCart {
  workflowId: string;
  view: CartView;
}

/** `erased`: nobody is known under this contact any more. `dead`: ordered, unsubscribed, sent to an address of before, or no longer that cart. */
export type LeftCartStanding = LeftCart | 'erased' | 'dead';

interface Row {
  workflowId: string | null;
  view: string | null;
  isDead: boolean;
}

/** The read model's cart: each of its versions is there before it is answered. */
export async function readLeftCart(sql: Sql, link: MailedLink): Promise<LeftCartStanding> {
  const [row] = await sql<Row[]>`
    SELECT workflow_id AS "workflowId", view,
      EXISTS (SELECT FROM suppressions WHERE suppressions.address_hash = contacts.address_hash)
        OR EXISTS (SELECT FROM orders WHERE orders.owner_hash = contacts.owner_hash AND orders.cart_id = ${link.cartId})
        OR NOT EXISTS (SELECT FROM outbox WHERE purpose = 'recovery' AND key = ${recoveryKey(link)}
          AND coalesce(outbox.address_hash, contacts.address_hash) = contacts.address_hash) AS "isDead"
    FROM contacts LEFT JOIN carts ON carts.cart_id = ${link.cartId} AND carts.owner_hash = contacts.owner_hash
      AND carts.status IN ('active', 'checkout')
    WHERE contact_id = ${link.contactId}`;
  if (!row) return 'erased';
  const { workflowId, view, isDead } = row;
  if (isDead || workflowId === null || view === null) return 'dead';
  return { workflowId, view: JSON.parse(view) as CartView };
}
