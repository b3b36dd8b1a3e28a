/** A cart whose shopper has left and was written to: the rows that a promise and a known address leave behind, and the links of the mail. */
import { randomBytes } from 'node:crypto';
import { type RecoveryMessage, recoveryKey } from '../../contract/abandonment.ts';
import type { Sql } from '../../database/client.ts';
import type { MailedLink } from '../../contract/abandonment.ts';
import { createLinkTokens } from '../../mail/link-tokens.ts';

export interface Mailed {
  link: MailedLink;
  ownerHash: string;
  workflowId: string;
  addressHash: string;
  recover: string;
  unsubscribe: string;
}

export interface MailedOptions {
  /** LINK_TOKEN_KEYS. */
  keys: readonly string[];
  /** Of whom; a new one otherwise. */
  addressHash?: string;
  step?: number;
  /** Epoch ms at which it was sent. */
  now?: () => number;
}

const LIFE_MS = 7 * 24 * 3_600_000;

/** Writes to the owner of a published cart; the mail is not sent yet. */
export async function writeTo(sql: Sql, cartId: string, options: MailedOptions): Promise<Mailed> {
  const { keys, step = 1, now = Date.now } = options;
  const [cart] = await sql<{ ownerHash: string; ownerKind: string; workflowId: string; version: number }[]>`
    SELECT owner_hash AS "ownerHash", owner_kind AS "ownerKind", workflow_id AS "workflowId", version
    FROM carts WHERE cart_id = ${cartId}`;
  if (!cart) throw new Error(`The cart ${cartId} was never published.`);
  const { ownerHash, ownerKind, workflowId, version: episode } = cart;
  const wanted = options.addressHash ?? randomBytes(16).toString('base64url');
  const [contact] = await sql<{ contactId: string; addressHash: string }[]>`
    INSERT INTO contacts AS known (owner_hash, contact_id, owner_kind, email, address_hash, consent_at, consent_source)
    VALUES (${ownerHash}, ${randomBytes(16).toString('base64url')}, ${ownerKind}, 'shopper@example.com', ${wanted}, now(), 'contact')
    ON CONFLICT (owner_hash) DO UPDATE SET updated_at = now()
    RETURNING contact_id AS "contactId", address_hash AS "addressHash"`;
  if (!contact) throw new Error('no contact');
  const { contactId, addressHash } = contact;
  const message: RecoveryMessage = { workflowId, cartId, ownerHash, episode, step, idleSince: now() };
  await sql`
    INSERT INTO outbox (purpose, key, payload, owner_hash, cart_id, address_hash)
    VALUES ('recovery', ${recoveryKey(message)}, ${JSON.stringify(message)}::text::jsonb, ${ownerHash}, ${cartId}, ${addressHash})
    ON CONFLICT DO NOTHING`;
  const link = { contactId, cartId, episode, step };
  const tokens = createLinkTokens({ keys, now });
  const recover = tokens.sign('recover', link, LIFE_MS);
  const unsubscribe = tokens.sign('unsubscribe', link, 365 * 24 * 3_600_000);
  return { link, ownerHash, workflowId, addressHash, recover, unsubscribe };
}
