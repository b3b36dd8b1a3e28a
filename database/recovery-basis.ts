/**
 * Whether a recovery e-mail may be promised to an owner: looked at inside the transaction that promises it, so that what it answers still
 * holds when the promise is there.
 */
import type { Session } from './alarms.ts';
import { type Basis, lockContact, readRecipient } from './contacts.ts';

export interface RecoveryBasis {
  basis: Basis;
  /** To be written to `outbox.address_hash` with the promise: the bound counts by it. */
  addressHash: string;
  /** IANA; null: the shop's. */
  timeZone: string | null;
}

/**
 * Undefined: nobody may be written to (no contact, no basis, suppressed), or the address has `perWeekMax` messages (RECOVERY_PER_ADDRESS)
 * promised or sent in the last seven days, over all carts. Call it in a transaction: until that ends, no other one promises to this address, and nobody
 * erases it.
 */
export async function basisFor(
  tx: Session,
  ownerHash: string,
  perWeekMax: number,
): Promise<RecoveryBasis | undefined> {
  await lockContact(tx, ownerHash);
  await tx`
    SELECT pg_advisory_xact_lock(hashtextextended('mails:' || address_hash, 0)) FROM contacts
    WHERE owner_hash = ${ownerHash}`;
  const recipient = await readRecipient(tx, ownerHash);
  if (!recipient?.basis || recipient.isSuppressed) return undefined;
  const { basis, addressHash, timeZone } = recipient;
  const [row] = await tx<{ count: number }[]>`
    SELECT count(*) FROM outbox
    WHERE address_hash = ${addressHash} AND purpose = 'recovery' AND cancelled_at IS NULL
      AND created_at > now() - interval '7 days'`;
  return (row?.count ?? 0) < perWeekMax ? { basis, addressHash, timeZone } : undefined;
}
