/** Addresses that are not written to any more, as keyed hashes (mail/mail-address.ts): they outlast the address itself. */
import type { Session } from './alarms.ts';
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';
import { takeBack } from './outbox.ts';

export type SuppressionReason = 'unsubscribed' | 'bounced' | 'complaint' | 'operator';

export interface Suppression {
  addressHash: string;
  reason: SuppressionReason;
  /** By which request or message; never the address. */
  proof: Readonly<Record<string, string | number>>;
}

/**
 * Writes the address down and takes back what is promised to it, by whichever cart: in one transaction. Repeated, the first reason and
 * proof stay; returns whether it is new.
 */
export async function suppress(sql: Sql, { addressHash, reason, proof }: Suppression): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const { count } = await tx`
      INSERT INTO suppressions (address_hash, reason, proof)
      VALUES (${addressHash}, ${reason}, ${jsonText(proof)}::text::jsonb) ON CONFLICT DO NOTHING`;
    const which = tx`purpose = 'recovery' AND (address_hash = ${addressHash}
      OR owner_hash IN (SELECT owner_hash FROM contacts WHERE contacts.address_hash = ${addressHash}))`;
    await takeBack(tx, reason, which);
    return count === 1;
  });
}

export async function isSuppressed(sql: Session, addressHash: string): Promise<boolean> {
  return (await sql`SELECT FROM suppressions WHERE address_hash = ${addressHash}`).length > 0;
}
