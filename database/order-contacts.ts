/**
 * The personal data of checkouts and their orders: kept under the checkout's id, never sent through Temporal, erased without touching the
 * order. The API writes it when a checkout begins; whoever sends the confirmation or quotes shipping looks it up.
 */
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';

export interface OrderContact {
  email?: string;
  shippingAddress?: Readonly<Record<string, string>>;
}

interface ContactRow {
  email: string | null;
  shippingAddress: Record<string, string> | null;
}

/** Writes or replaces what is known. Another owner's contact is never replaced: then it returns false. */
export async function saveContact(
  sql: Sql,
  checkoutId: string,
  ownerHash: string,
  { email, shippingAddress }: OrderContact,
): Promise<boolean> {
  const address = shippingAddress === undefined ? null : jsonText(shippingAddress);
  const { count } = await sql`
    INSERT INTO order_contacts AS known (checkout_id, owner_hash, email, shipping_address)
    VALUES (${checkoutId}, ${ownerHash}, ${email ?? null}, ${address}::text::jsonb)
    ON CONFLICT (checkout_id) DO UPDATE SET
      email = EXCLUDED.email, shipping_address = EXCLUDED.shipping_address, updated_at = now()
    WHERE known.owner_hash = EXCLUDED.owner_hash`;
  return count === 1;
}

/**
 * Moves what was stored under a reference to the checkout. Called again, or by another reference once the checkout has a contact, it
 * changes nothing; a reference of another owner is not found.
 */
export async function claimContact(
  sql: Sql,
  { checkoutId, contactRef, ownerHash }: { checkoutId: string; contactRef: string; ownerHash: string },
): Promise<void> {
  await sql`
    UPDATE order_contacts SET checkout_id = ${checkoutId}, updated_at = now()
    WHERE checkout_id = ${contactRef} AND owner_hash = ${ownerHash}
      AND NOT EXISTS (SELECT FROM order_contacts AS other WHERE other.checkout_id = ${checkoutId})`;
}

/** Undefined where nothing was given, and after erasure. */
export async function readContact(sql: Sql, checkoutId: string): Promise<OrderContact | undefined> {
  const [row] = await sql<ContactRow[]>`
    SELECT email, shipping_address AS "shippingAddress" FROM order_contacts WHERE checkout_id = ${checkoutId}`;
  if (!row) return undefined;
  return {
    ...(row.email === null ? {} : { email: row.email }),
    ...(row.shippingAddress === null ? {} : { shippingAddress: row.shippingAddress }),
  };
}
