/** Somebody wants no more recovery e-mails: what the link in one of them does. */
import { type MailedLink, recoveryKey } from '../contract/abandonment.ts';
import type { Sql } from './client.ts';
import { isSuppressed, suppress } from './suppressions.ts';

/**
 * The address that the mail went to: the contact may have another one by now, or may have given way to the customer's own when the guest signed
 * in, and mails to the address go on. Undefined: nobody is known under it any more.
 */
async function addressOf(sql: Sql, link: MailedLink): Promise<string | undefined> {
  const [row] = await sql<{ addressHash: string }[]>`
    SELECT coalesce(mail.address_hash, contacts.address_hash) AS "addressHash"
    FROM (SELECT) AS one
      LEFT JOIN outbox AS mail ON mail.purpose = 'recovery' AND mail.key = ${recoveryKey(link)}
      LEFT JOIN contacts ON contacts.contact_id = ${link.contactId}
    WHERE contacts.contact_id IS NOT NULL
      OR EXISTS (SELECT FROM contacts AS other WHERE other.address_hash = mail.address_hash)`;
  return row?.addressHash;
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
