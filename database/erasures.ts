/**
 * Forgetting somebody: every address of an owner goes, what was promised to them is taken back, and a row says that it happened. Orders,
 * carts and the trail stay; they know a pseudonym only. So does a no to further mails.
 */
import type { Session } from './alarms.ts';
import type { Sql } from './client.ts';
import { lockContact } from './contacts.ts';
import { keepObjections } from './objections.ts';
import { takeBack } from './outbox.ts';

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

/**
 * Everything under one pseudonym; with `only`, what belongs to that address: whatever else the owner has given stays, for they are not the
 * one to be forgotten.
 */
async function eraseUnder(tx: Session, ownerHash: string, only?: Erasure['address']): Promise<Erased> {
  await lockContact(tx, ownerHash);
  const which = tx`owner_hash = ${ownerHash} ${only ? tx`AND address_hash = ${only.hash}` : tx``}`;
  await keepObjections(tx, which);
  const contacts = await tx`DELETE FROM contacts WHERE ${which}`;
  const checkouts = await tx<{ checkoutId: string }[]>`
    DELETE FROM order_contacts
    WHERE owner_hash = ${ownerHash} ${only ? tx`AND lower(email) = ${only.email.toLowerCase()}` : tx``}
    RETURNING checkout_id AS "checkoutId"`;
  const reminders =
    only && contacts.count === 0
      ? 0
      : await takeBack(tx, 'erased', tx`owner_hash = ${ownerHash} AND purpose = 'recovery'`);
  const checkoutIds = Array.from(checkouts, ({ checkoutId }) => checkoutId);
  const ordered = tx`purpose = 'order_confirmation'
    AND key IN (SELECT order_id FROM orders WHERE checkout_id = ANY (${checkoutIds}::text[]))`;
  const messages = reminders + (await takeBack(tx, 'erased', ordered));
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
      const erased = await eraseUnder(tx, owner, own.includes(owner) ? undefined : address);
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
