/**
 * Addresses that nobody needs any more: of checkouts that came to no order, and of shoppers who have neither an open cart nor an order nor a
 * mail under way. Customers' addresses stay, so each portion goes on where the last one stopped instead of passing them all again.
 */
import type { RetentionTable } from '../contract/retention.ts';
import { before, type Forget, type Forgotten } from './forget-portion.ts';
import { orLater, saidNo } from './objections.ts';
import { isOpen } from './outbox.ts';

interface Looked {
  looked: number;
  last: string | null;
  deleted: number;
}

/** Looked at are many more rows than are deleted. */
const LOOKED_PER_DELETED = 10;

function answer(table: RetentionTable, page: Looked | undefined, rows: number): Forgotten {
  const { looked = 0, last = null, deleted = 0 } = page ?? {};
  const isMore = looked === rows && last !== null;
  return { deleted: { [table]: deleted }, ...(isMore ? { next: last } : {}) };
}

export const forgetCheckoutContacts: Forget = async (tx, { policy, limit, after }) => {
  const rows = limit * LOOKED_PER_DELETED;
  const [page] = await tx<Looked[]>`
    WITH page AS (
      SELECT checkout_id, updated_at FROM order_contacts WHERE checkout_id > ${after} ORDER BY checkout_id LIMIT ${rows}
    ), gone AS (
      DELETE FROM order_contacts AS contact USING page
      WHERE contact.checkout_id = page.checkout_id AND contact.updated_at < ${before(tx, policy.contactsMs)}
        AND NOT EXISTS (SELECT FROM orders WHERE orders.checkout_id = page.checkout_id)
        AND NOT EXISTS (SELECT FROM stock_holders WHERE stock_holders.checkout_id = page.checkout_id)
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM page) AS looked, (SELECT max(checkout_id) FROM page) AS last,
      (SELECT count(*) FROM gone) AS deleted`;
  return answer('order_contacts', page, rows);
};

/** A customer who has said no comes back as the same one: the no stays. A guest whose cart is over comes back as another. */
export const forgetContacts: Forget = async (tx, { policy, limit, after }) => {
  const rows = limit * LOOKED_PER_DELETED;
  const [page] = await tx<Looked[]>`
    WITH page AS (
      SELECT owner_hash, updated_at FROM contacts WHERE owner_hash > ${after} ORDER BY owner_hash LIMIT ${rows}
    ), gone AS (
      DELETE FROM contacts AS contact USING page
      WHERE contact.owner_hash = page.owner_hash AND contact.updated_at < ${before(tx, policy.contactsMs)}
        AND NOT EXISTS (SELECT FROM carts WHERE carts.owner_hash = page.owner_hash
          AND (carts.status IN ('active', 'checkout') OR carts.updated_at >= ${before(tx, policy.contactsMs)}))
        AND NOT EXISTS (SELECT FROM orders WHERE orders.owner_hash = page.owner_hash)
        AND NOT EXISTS (
          SELECT FROM outbox WHERE outbox.owner_hash = page.owner_hash AND ${isOpen(tx)}
        )
      RETURNING contact.owner_hash, owner_kind, objected_at, consent_at
    ), kept AS (
      INSERT INTO objections (owner_hash, objected_at)
      SELECT owner_hash, objected_at FROM gone WHERE owner_kind = 'customer' AND ${saidNo(tx)} ${orLater(tx)}
    )
    SELECT (SELECT count(*) FROM page) AS looked, (SELECT max(owner_hash) FROM page) AS last,
      (SELECT count(*) FROM gone) AS deleted`;
  return answer('contacts', page, rows);
};
