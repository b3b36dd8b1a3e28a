/** Whom carts may write to in tests, and what they have promised. */
import { createHash } from 'node:crypto';
import type { RecoveryMessage } from '../../contract/abandonment.ts';
import type { Sql } from '../../database/client.ts';
import { jsonText } from '../../database/json-text.ts';

export interface ContactOptions {
  /** False: an address without consent. */
  hasConsent?: boolean;
  timeZone?: string;
}

/** A contact of this owner. Twice: the newer one counts. */
export async function giveContact(
  sql: Sql,
  ownerHash: string,
  { hasConsent = true, timeZone }: ContactOptions = {},
): Promise<{ addressHash: string }> {
  const addressHash = createHash('sha256').update(ownerHash).digest('base64url');
  const contactId = createHash('sha256').update(`contact ${ownerHash}`).digest('base64url').slice(0, 22);
  await sql`
    INSERT INTO contacts (owner_hash, contact_id, owner_kind, email, address_hash, time_zone, consent_at, consent_source)
    VALUES (${ownerHash}, ${contactId}, 'guest', 'shopper@shop.example', ${addressHash}, ${timeZone ?? null},
      ${hasConsent ? new Date() : null}, ${hasConsent ? 'contact' : null})
    ON CONFLICT (owner_hash) DO UPDATE SET time_zone = EXCLUDED.time_zone, consent_at = EXCLUDED.consent_at,
      consent_source = EXCLUDED.consent_source`;
  return { addressHash };
}

export const suppress = async (sql: Sql, addressHash: string): Promise<void> => {
  await sql`
    INSERT INTO suppressions (address_hash, reason, proof)
    VALUES (${addressHash}, 'unsubscribed', ${jsonText({})}::text::jsonb)`;
};

export interface PromisedMail {
  key: string;
  payload: RecoveryMessage;
  dueAt: Date;
  ownerHash: string;
}

/** The recovery messages of one owner's carts, oldest first. */
export const promisedMails = (sql: Sql, ownerHash: string): Promise<PromisedMail[]> => sql<PromisedMail[]>`
  SELECT key, payload, due_at AS "dueAt", owner_hash AS "ownerHash" FROM outbox
  WHERE purpose = 'recovery' AND owner_hash = ${ownerHash} ORDER BY outbox_id`;
