/** Somebody wants no more recovery e-mails: what the link in one of them does. */
import { type MailedLink, recoveryKey } from '../contract/abandonment.ts';
import type { Sql } from './client.ts';
import { findRecipient } from './contacts.ts';
import { isSuppressed, suppress } from './suppressions.ts';

/** The address that the mail went to: the contact may have another one by now. Undefined: it was erased. */
async function addressOf(sql: Sql, link: MailedLink): Promise<string | undefined> {
  const recipient = await findRecipient(sql, link.contactId);
  if (!recipient) return undefined;
  const [row] = await sql<{ addressHash: string | null }[]>`
    SELECT address_hash AS "addressHash" FROM outbox WHERE purpose = 'recovery' AND key = ${recoveryKey(link)}`;
  return row?.addressHash ?? recipient.addressHash;
}

/** Whether mails like this one have ended. Undefined: erased. */
export async function readSubscription(
  sql: Sql,
  link: MailedLink,
): Promise<{ isSuppressed: boolean } | undefined> {
  const addressHash = await addressOf(sql, link);
  if (addressHash === undefined) return undefined;
  return { isSuppressed: await isSuppressed(sql, addressHash) };
}

/** Carts of one address that are told; the database is what senders obey. */
const TOLD_MAX = 20;

/**
 * From its return on nothing more is sent to the address, and what was promised to it is taken back. Again, the first proof stays. Returns
 * the workflow ids of the living carts behind the address. Undefined: erased.
 */
export async function unsubscribe(
  sql: Sql,
  link: MailedLink,
  proof: { how: string; requestId: string },
): Promise<string[] | undefined> {
  const addressHash = await addressOf(sql, link);
  if (addressHash === undefined) return undefined;
  await suppress(sql, {
    addressHash,
    reason: 'unsubscribed',
    proof: { ...proof, message: recoveryKey(link) },
  });
  const rows = await sql<{ workflowId: string }[]>`
    SELECT workflow_id AS "workflowId" FROM carts JOIN contacts USING (owner_hash)
    WHERE address_hash = ${addressHash} AND status IN ('active', 'checkout') LIMIT ${TOLD_MAX}`;
  return rows.map(({ workflowId }) => workflowId);
}
