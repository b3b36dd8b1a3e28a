/**
 * What abandoned carts leave in the database: the mark on their row, and the messages that they promise. One transaction each: a process
 * that dies leaves nothing half done.
 */
import { type RecoveryMessage, recoveryKey } from '../contract/abandonment.ts';
import type { Session } from './alarms.ts';
import type { Sql } from './client.ts';
import { readRecipient } from './contacts.ts';
import { jsonText } from './json-text.ts';
import { basisFor } from './recovery-basis.ts';

/** Where the shopper is, and before when the next message would come too soon after the last. */
export interface RecoveryPlan {
  timeZone: string | null;
  /** Epoch ms, by the database's clock: now, or later where quiet hours have held up the message before. */
  earliest: number;
}

/** Undefined where nobody may be written to. A message follows the one before after half of the time between their promises. */
export async function planRecovery(sql: Sql, message: RecoveryMessage): Promise<RecoveryPlan | undefined> {
  const before = recoveryKey({ ...message, step: message.step - 1 });
  const recipient = await readRecipient(sql, message.ownerHash);
  if (!recipient?.basis || recipient.isSuppressed) return undefined;
  const [plan] = await sql<{ earliest: number }[]>`
    SELECT (extract(epoch FROM GREATEST(now(), (
      SELECT due_at + (now() - created_at) / 2 FROM outbox
      WHERE purpose = 'recovery' AND key = ${before} AND due_at > created_at
    ))) * 1000)::bigint AS earliest`;
  return plan && { ...plan, timeZone: recipient.timeZone };
}

/** What a promise has changed. */
export interface Promised {
  /** The row counts as abandoned from now on. */
  isMarked: boolean;
  hasBasis: boolean;
  /** False: it was promised before. */
  isNew: boolean;
}

/** What a promise is made by. */
export interface Terms {
  /** Of the cart as it is now; only a row that shows it is marked. */
  version: number;
  /** Epoch ms. */
  dueAt: number;
  /** RECOVERY_PER_ADDRESS. */
  perWeekMax: number;
}

async function markRow(
  tx: Session,
  { workflowId, cartId, idleSince }: RecoveryMessage,
  version: number,
): Promise<boolean> {
  const since = new Date(idleSince).toISOString();
  const { count } = await tx`
    UPDATE carts SET abandoned_at = ${since}::text::timestamptz
    WHERE workflow_id = ${workflowId} AND cart_id = ${cartId} AND version = ${version} AND status = 'active'
      AND abandoned_at IS DISTINCT FROM ${since}::text::timestamptz`;
  return count > 0;
}

/**
 * Marks the row that shows this version, and puts the message into the outbox, due at `dueAt`, where there is a basis: that is looked at
 * again, under the locks of `basisFor`, so that an erasure comes either before it or finds it. Twice: nothing more happens.
 */
export async function promiseRecovery(
  sql: Sql,
  message: RecoveryMessage,
  { version, dueAt, perWeekMax }: Terms,
): Promise<Promised> {
  const { cartId, ownerHash } = message;
  const key = recoveryKey(message);
  return await sql.begin(async (tx) => {
    const isMarked = await markRow(tx, message, version);
    const before = await tx`SELECT FROM outbox WHERE purpose = 'recovery' AND key = ${key}`;
    // Promised before: it counts against no bound again.
    if (before.length > 0) return { isMarked, hasBasis: true, isNew: false };
    const found = await basisFor(tx, ownerHash, perWeekMax);
    if (!found) return { isMarked, hasBasis: false, isNew: false };
    const { count } = await tx`
      INSERT INTO outbox (purpose, key, payload, owner_hash, address_hash, cart_id, due_at)
      VALUES ('recovery', ${key}, ${jsonText(message)}::text::jsonb, ${ownerHash}, ${found.addressHash}, ${cartId},
        ${new Date(dueAt).toISOString()}::text::timestamptz)
      ON CONFLICT (purpose, key) DO NOTHING`;
    return { isMarked, hasBasis: true, isNew: count > 0 };
  });
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
