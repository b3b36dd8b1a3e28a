/** Addresses that are not written to any more, as keyed hashes (mail/mail-address.ts): they outlast the address itself. */
import type { Session } from './alarms.ts';
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';

export type SuppressionReason = 'unsubscribed' | 'bounced' | 'complaint' | 'operator';

export interface Suppression {
  addressHash: string;
  reason: SuppressionReason;
  /** By which request or message; never the address. */
  proof: Readonly<Record<string, string | number>>;
}

/** Takes back what was promised to an owner and not sent. Returns how many. What a worker has in its hands at this moment it looks at again before it sends. */
export const cancelPending = async (tx: Session, ownerHash: string, reason: string): Promise<number> =>
  (
    await tx`
      UPDATE outbox SET cancelled_at = now(), reason = ${reason}
      WHERE owner_hash = ${ownerHash} AND purpose = 'recovery' AND sent_at IS NULL AND cancelled_at IS NULL`
  ).count;

/**
 * Writes the address down and takes back what is promised to it, by whichever cart: in one transaction. Repeated, the first reason and
 * proof stay; returns whether it is new.
 */
export async function suppress(sql: Sql, { addressHash, reason, proof }: Suppression): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const { count } = await tx`
      INSERT INTO suppressions (address_hash, reason, proof)
      VALUES (${addressHash}, ${reason}, ${jsonText(proof)}::text::jsonb) ON CONFLICT DO NOTHING`;
    await tx`
      UPDATE outbox SET cancelled_at = now(), reason = ${reason}
      WHERE purpose = 'recovery' AND sent_at IS NULL AND cancelled_at IS NULL AND (address_hash = ${addressHash}
        OR owner_hash IN (SELECT owner_hash FROM contacts WHERE contacts.address_hash = ${addressHash}))`;
    return count === 1;
  });
}

export async function isSuppressed(sql: Session, addressHash: string): Promise<boolean> {
  return (await sql`SELECT FROM suppressions WHERE address_hash = ${addressHash}`).length > 0;
}
