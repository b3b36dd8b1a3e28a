/**
 * Forgetting somebody: every address of an owner goes, what was promised to them is taken back, and a row says that it happened. Orders,
 * carts and the trail stay; they know a pseudonym only.
 */
import type { Session } from './alarms.ts';
import type { Sql } from './client.ts';
import { lockContact } from './contacts.ts';
import { cancelPending } from './suppressions.ts';

export interface Erasure {
  ownerHash: string;
  /** Kind and pseudonym of who asked. */
  actor: string;
  requestId: string;
  /** An address that is surely the owner's: it goes wherever it stands. Normalised, and hashed as `contacts.address_hash`. */
  address?: { email: string; hash: string };
}

export interface Erased {
  contacts: number;
  checkouts: number;
  /** Messages that will not be sent. */
  messages: number;
}

/** The owner, and the guests that they were before they signed in: their carts were merged into the owner's. */
async function pseudonymsOf(tx: Session, ownerHash: string): Promise<string[]> {
  const rows = await tx<{ ownerHash: string }[]>`
    SELECT DISTINCT guest.owner_hash AS "ownerHash"
    FROM carts AS own
      JOIN cart_audit AS entry ON entry.workflow_id = own.workflow_id AND entry.kind = 'merge'
      JOIN carts AS guest ON guest.workflow_id = entry.operation ->> 'from' AND guest.status = 'merged'
    WHERE own.owner_hash = ${ownerHash}`;
  return [...new Set([ownerHash, ...rows.map((row) => row.ownerHash)])].sort();
}

/** Others who have given the very same address: guests of another device, an account that was left. */
async function ownersOf(tx: Session, { email, hash }: { email: string; hash: string }): Promise<string[]> {
  const rows = await tx<{ ownerHash: string }[]>`
    SELECT owner_hash AS "ownerHash" FROM contacts WHERE address_hash = ${hash}
    UNION SELECT owner_hash FROM order_contacts WHERE lower(email) = ${email.toLowerCase()}`;
  return rows.map((row) => row.ownerHash);
}

async function cancelConfirmations(tx: Session, checkoutIds: readonly string[]): Promise<number> {
  const { count } = await tx`
    UPDATE outbox SET cancelled_at = now(), reason = 'erased'
    WHERE purpose = 'order_confirmation' AND sent_at IS NULL AND cancelled_at IS NULL
      AND key IN (SELECT order_id FROM orders WHERE checkout_id = ANY (${[...checkoutIds]}::text[]))`;
  return count;
}

const idsOf = (rows: Iterable<{ checkoutId: string }>): string[] =>
  Array.from(rows, ({ checkoutId }) => checkoutId);

/** Everything under one pseudonym. */
async function eraseUnder(tx: Session, ownerHash: string): Promise<Erased> {
  await lockContact(tx, ownerHash);
  const contacts = await tx`DELETE FROM contacts WHERE owner_hash = ${ownerHash}`;
  const checkouts = await tx<{ checkoutId: string }[]>`
    DELETE FROM order_contacts WHERE owner_hash = ${ownerHash} RETURNING checkout_id AS "checkoutId"`;
  const recovery = await cancelPending(tx, ownerHash, 'erased');
  const messages = recovery + (await cancelConfirmations(tx, idsOf(checkouts)));
  return { contacts: contacts.count, checkouts: checkouts.count, messages };
}

/** One address of an owner who is not the one to be forgotten: what else they have given stays. */
async function eraseAddressOf(
  tx: Session,
  ownerHash: string,
  { email, hash }: { email: string; hash: string },
): Promise<Erased> {
  await lockContact(tx, ownerHash);
  const contacts = await tx`DELETE FROM contacts WHERE owner_hash = ${ownerHash} AND address_hash = ${hash}`;
  const checkouts = await tx<{ checkoutId: string }[]>`
    DELETE FROM order_contacts WHERE owner_hash = ${ownerHash} AND lower(email) = ${email.toLowerCase()}
    RETURNING checkout_id AS "checkoutId"`;
  const recovery = contacts.count > 0 ? await cancelPending(tx, ownerHash, 'erased') : 0;
  const messages = recovery + (await cancelConfirmations(tx, idsOf(checkouts)));
  return { contacts: contacts.count, checkouts: checkouts.count, messages };
}

/**
 * All in one transaction. Again, it finds nothing to delete; its row makes tokens that were issued meanwhile bring nothing back either.
 */
export async function eraseOwner(sql: Sql, erasure: Erasure): Promise<Erased> {
  const { ownerHash, actor, requestId, address } = erasure;
  return await sql.begin(async (tx) => {
    const own = await pseudonymsOf(tx, ownerHash);
    const others = address ? await ownersOf(tx, address) : [];
    const total: Erased = { contacts: 0, checkouts: 0, messages: 0 };
    // In one order for everybody, so that two erasures never wait for each other.
    for (const owner of [...new Set([...own, ...others])].sort()) {
      const erased =
        own.includes(owner) || !address
          ? await eraseUnder(tx, owner)
          : await eraseAddressOf(tx, owner, address);
      total.contacts += erased.contacts;
      total.checkouts += erased.checkouts;
      total.messages += erased.messages;
    }
    await tx`
      INSERT INTO erasures (owner_hash, actor, request_id, erased_at)
      VALUES (${ownerHash}, ${actor}, ${requestId}, clock_timestamp())`;
    return total;
  });
}
