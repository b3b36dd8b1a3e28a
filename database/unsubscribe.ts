/** Somebody wants no more recovery e-mails: what a link in one of them does. Stands alone until suppressions have a file of their own. */
import { recoveryKey } from '../contract/abandonment.ts';
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';

export interface Unsubscribed {
  /** False: it had been done before; the first proof stays. */
  isNew: boolean;
  /** The living carts of everybody with this address. */
  workflowIds: string[];
}

/** Whether the address behind the contact is suppressed. Undefined: it was erased. */
export async function readSubscription(
  sql: Sql,
  contactId: string,
): Promise<{ isSuppressed: boolean } | undefined> {
  const [row] = await sql<{ isSuppressed: boolean }[]>`
    SELECT EXISTS (SELECT FROM suppressions WHERE suppressions.address_hash = contacts.address_hash) AS "isSuppressed"
    FROM contacts WHERE contact_id = ${contactId}`;
  return row;
}

/** In one transaction: from then on nothing is sent to the address, and what was promised to it is taken back. Undefined: it was erased. */
export async function unsubscribe(
  sql: Sql,
  link: { contactId: string; cartId: string; episode: number; step: number },
  proof: { how: string; requestId: string },
): Promise<Unsubscribed | undefined> {
  return await sql.begin(async (tx) => {
    const [contact] = await tx<{ addressHash: string }[]>`
      SELECT address_hash AS "addressHash" FROM contacts WHERE contact_id = ${link.contactId}`;
    if (!contact) return undefined;
    const { addressHash } = contact;
    const { count } = await tx`
      INSERT INTO suppressions (address_hash, reason, proof)
      VALUES (${addressHash}, 'unsubscribed', ${jsonText({ ...proof, message: recoveryKey(link) })}::text::jsonb)
      ON CONFLICT DO NOTHING`;
    await tx`
      UPDATE outbox SET cancelled_at = now(), reason = 'unsubscribed'
      WHERE purpose = 'recovery' AND sent_at IS NULL AND cancelled_at IS NULL
        AND owner_hash IN (SELECT owner_hash FROM contacts WHERE address_hash = ${addressHash})`;
    const rows = await tx<{ workflowId: string }[]>`
      SELECT workflow_id AS "workflowId" FROM carts JOIN contacts USING (owner_hash)
      WHERE address_hash = ${addressHash} AND status IN ('active', 'checkout') LIMIT 20`;
    return { isNew: count === 1, workflowIds: rows.map(({ workflowId }) => workflowId) };
  });
}
