/**
 * Forgetting somebody: every address of an owner goes, what was promised to them is taken back, and a row says that it happened. Orders,
 * carts and the trail stay; they know a pseudonym only.
 */
import type { Sql } from './client.ts';
import { lockContact } from './contacts.ts';
import { cancelPending } from './suppressions.ts';

export interface Erasure {
  ownerHash: string;
  /** Kind and pseudonym of who asked. */
  actor: string;
  requestId: string;
}

export interface Erased {
  contacts: number;
  checkouts: number;
  /** Messages that will not be sent. */
  messages: number;
}

/**
 * All in one transaction. Again, it finds nothing to delete; its row makes tokens that were issued meanwhile bring nothing back either.
 */
export async function eraseOwner(sql: Sql, { ownerHash, actor, requestId }: Erasure): Promise<Erased> {
  return await sql.begin(async (tx) => {
    await lockContact(tx, ownerHash);
    const contacts = await tx`DELETE FROM contacts WHERE owner_hash = ${ownerHash}`;
    const checkouts = await tx`DELETE FROM order_contacts WHERE owner_hash = ${ownerHash}`;
    const recovery = await cancelPending(tx, ownerHash, 'erased');
    const confirmations = await tx`
      UPDATE outbox SET cancelled_at = now(), reason = 'erased'
      WHERE purpose = 'order_confirmation' AND sent_at IS NULL AND cancelled_at IS NULL
        AND key IN (SELECT order_id FROM orders WHERE orders.owner_hash = ${ownerHash})`;
    await tx`
      INSERT INTO erasures (owner_hash, actor, request_id, erased_at)
      VALUES (${ownerHash}, ${actor}, ${requestId}, clock_timestamp())`;
    return {
      contacts: contacts.count,
      checkouts: checkouts.count,
      messages: recovery + confirmations.count,
    };
  });
}
