/**
 * What abandoned carts leave in the database: the mark on their row, and the messages that they promise. One statement each: a process that
 * dies leaves nothing half done (decision 0012).
 */
import { type RecoveryMessage, recoveryKey } from '../contract/abandonment.ts';
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';

/** Where the shopper is, and before when the next message would come too soon after the last. */
export interface RecoveryPlan {
  timeZone: string | null;
  /** Epoch ms, by the database's clock: now, or later where quiet hours have held up the message before. */
  earliest: number;
}

/** Who may be written to: an address with consent or an earlier order, and not suppressed. */
const basis = (sql: Sql, ownerHash: string) => sql`
  FROM contacts WHERE owner_hash = ${ownerHash}
    AND (consent_at IS NOT NULL OR EXISTS (SELECT FROM orders WHERE orders.owner_hash = contacts.owner_hash))
    AND NOT EXISTS (SELECT FROM suppressions WHERE suppressions.address_hash = contacts.address_hash)`;

/** Undefined where nobody may be written to. A message follows the one before after half of the time between their promises. */
export async function planRecovery(sql: Sql, message: RecoveryMessage): Promise<RecoveryPlan | undefined> {
  const before = recoveryKey({ ...message, step: message.step - 1 });
  const [plan] = await sql<RecoveryPlan[]>`
    SELECT time_zone AS "timeZone", (extract(epoch FROM GREATEST(now(), (
      SELECT due_at + (now() - created_at) / 2 FROM outbox
      WHERE purpose = 'recovery' AND key = ${before} AND due_at > created_at
    ))) * 1000)::bigint AS earliest
    ${basis(sql, message.ownerHash)}`;
  return plan;
}

/** What a promise has changed. */
export interface Promised {
  /** The row counts as abandoned from now on. */
  isMarked: boolean;
  hasBasis: boolean;
  /** False: it was promised before. */
  isNew: boolean;
}

/**
 * Marks the row that shows this version, and puts the message into the outbox, due at `dueAt` (epoch ms), where there is a basis: that is
 * looked at again, under a lock, so that an erasure comes either before it or finds it. Twice: nothing more happens.
 */
export async function promiseRecovery(
  sql: Sql,
  message: RecoveryMessage,
  { version, dueAt }: { version: number; dueAt: number },
): Promise<Promised> {
  const { workflowId, cartId, ownerHash, idleSince } = message;
  const since = new Date(idleSince).toISOString();
  const [promised] = await sql<Promised[]>`
    WITH marked AS (
      UPDATE carts SET abandoned_at = ${since}::text::timestamptz
      WHERE workflow_id = ${workflowId} AND cart_id = ${cartId} AND version = ${version} AND status = 'active'
        AND abandoned_at IS DISTINCT FROM ${since}::text::timestamptz
      RETURNING cart_id
    ), basis AS (
      SELECT owner_hash ${basis(sql, ownerHash)} FOR SHARE
    ), promised AS (
      INSERT INTO outbox (purpose, key, payload, owner_hash, cart_id, due_at)
      SELECT 'recovery', ${recoveryKey(message)}, ${jsonText(message)}::text::jsonb, owner_hash, ${cartId},
        ${new Date(dueAt).toISOString()}::text::timestamptz
      FROM basis ON CONFLICT (purpose, key) DO NOTHING RETURNING key
    )
    SELECT EXISTS (SELECT FROM marked) AS "isMarked", EXISTS (SELECT FROM basis) AS "hasBasis",
      EXISTS (SELECT FROM promised) AS "isNew"`;
  return promised as Promised;
}

/** An absence that has ended without a change of the cart. */
export interface EndedAbsence {
  workflowId: string;
  cartId: string;
  /** Epoch ms: what the row shows. */
  idleSince: number;
}

/** False: the row shows it no more. */
export async function clearAbandonment(
  sql: Sql,
  { workflowId, cartId, idleSince }: EndedAbsence,
): Promise<boolean> {
  const { count } = await sql`
    UPDATE carts SET abandoned_at = NULL
    WHERE workflow_id = ${workflowId} AND cart_id = ${cartId}
      AND abandoned_at = ${new Date(idleSince).toISOString()}::text::timestamptz`;
  return count > 0;
}
