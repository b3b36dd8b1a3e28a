/**
 * The outbox as its senders use it. A worker takes a row for a while (the lease); what it then knows about the row is written only as long
 * as nobody has settled it, so several workers, and workers that come back late, never undo each other.
 */
import type postgres from 'postgres';
import type { Session } from './alarms.ts';
import type { Sql } from './client.ts';

/** Why a promised mail is not sent. Others write `unsubscribed`, `bounced`, `complaint`, `operator` and `erased` (suppressions, erasures). */
export type CancelReason =
  /** Nobody is known under the owner's hash: erased, or never there. */
  | 'no_contact'
  /** Neither consent nor an earlier order any more. */
  | 'no_basis'
  | 'suppressed'
  /** The address is another one than the mail was promised to. */
  | 'contact_changed'
  | 'ordered'
  /** It is another cart now, or not an active one. */
  | 'cart_changed'
  /** The cart says that the shopper is back, or that nobody wants the mail. */
  | 'episode_over'
  /** The next mail of the same absence is due as well. */
  | 'superseded'
  /** Nothing in the cart can be had. */
  | 'nothing_available'
  /** Nobody gave an address for the order, or it was erased. */
  | 'no_address'
  | 'no_order'
  /** The mail server will never take it. */
  | 'refused'
  | 'unknown_address'
  /** Too old by now, or it fails each time. There is an alarm. */
  | 'gave_up'
  | 'unknown_purpose';

export interface DueMail {
  outboxId: number;
  purpose: string;
  key: string;
  payload: unknown;
  ownerHash: string | null;
  /** Of the recipient when it was promised. */
  addressHash: string | null;
  /** This one included. Names the lease: a later one has a higher number. */
  attempts: number;
  /** Since when it is promised, in milliseconds. */
  ageMs: number;
}

/** Condition of SQL: neither sent nor given up. */
export const isOpen = (sql: Session) => sql`outbox.sent_at IS NULL AND outbox.cancelled_at IS NULL`;

/** Takes back those of `which` (a condition of SQL) that are not sent. Returns how many. What a worker has in its hands at this moment it looks at again before it sends. */
export const takeBack = async (
  tx: Session,
  reason: string,
  which: postgres.PendingQuery<postgres.Row[]>,
): Promise<number> =>
  (await tx`UPDATE outbox SET cancelled_at = now(), reason = ${reason} WHERE ${isOpen(tx)} AND ${which}`)
    .count;

/**
 * Takes up to `limit` mails that are due, the longest waiting first, for `leaseMs`; after that, unless they are settled, another worker may
 * take them. No two workers get the same one at once.
 */
export const claimDueMails = async (
  sql: Sql,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<DueMail[]> => [
  ...(await sql<DueMail[]>`
    UPDATE outbox AS mail SET attempts = attempts + 1, leased_until = now() + ${leaseMs} * interval '1 millisecond'
    FROM (
      SELECT outbox_id FROM outbox
      WHERE ${isOpen(sql)} AND due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE mail.outbox_id = due.outbox_id
    RETURNING mail.outbox_id AS "outboxId", purpose, key, payload, owner_hash AS "ownerHash",
      address_hash AS "addressHash", attempts,
      (extract(epoch FROM now() - created_at) * 1000)::bigint AS "ageMs"`),
];

type Lease = Pick<DueMail, 'outboxId' | 'attempts'>;

/** The last look before the mail goes: true while it is neither settled nor in another worker's hands; it is ours for `leaseMs` more. */
export async function holdMail(sql: Sql, { outboxId, attempts }: Lease, leaseMs: number): Promise<boolean> {
  const { count } = await sql`
    UPDATE outbox SET leased_until = now() + ${leaseMs} * interval '1 millisecond'
    WHERE outbox_id = ${outboxId} AND attempts = ${attempts} AND ${isOpen(sql)}`;
  return count === 1;
}

/** The server has taken it. True for every worker that says so, whatever else was noted: it is a fact. */
export async function markSent(sql: Sql, { outboxId }: Lease): Promise<void> {
  await sql`
    UPDATE outbox SET sent_at = now(), last_error = NULL, leased_until = NULL
    WHERE outbox_id = ${outboxId} AND sent_at IS NULL`;
}

/** `detail`: what the mail server said, without addresses. False: it was settled, or is in another worker's hands. */
export async function cancelMail(
  sql: Sql,
  { outboxId, attempts }: Lease,
  reason: CancelReason,
  detail?: string,
): Promise<boolean> {
  const { count } = await sql`
    UPDATE outbox SET cancelled_at = now(), reason = ${reason}, leased_until = NULL,
      last_error = coalesce(${detail ?? null}, last_error)
    WHERE outbox_id = ${outboxId} AND attempts = ${attempts} AND ${isOpen(sql)}`;
  return count === 1;
}

/** Again after `delayMs`. */
export async function postponeMail(
  sql: Sql,
  { outboxId, attempts }: Lease,
  delayMs: number,
  detail?: string,
): Promise<void> {
  await sql`
    UPDATE outbox SET due_at = now() + ${Math.round(delayMs)} * interval '1 millisecond', leased_until = NULL,
      last_error = coalesce(${detail ?? null}, last_error)
    WHERE outbox_id = ${outboxId} AND attempts = ${attempts} AND ${isOpen(sql)}`;
}

export interface Backlog {
  /** Mails that should have gone by now. */
  due: number;
  /** For how long the first of them has been due; 0 without any. */
  oldestDueMs: number;
}

/** For metrics and health. */
export async function readBacklog(sql: Sql): Promise<Backlog> {
  const [row] = await sql<Backlog[]>`
    SELECT count(*)::int AS due, coalesce(extract(epoch FROM now() - min(due_at)) * 1000, 0)::bigint AS "oldestDueMs"
    FROM outbox WHERE ${isOpen(sql)} AND due_at <= now()`;
  return row ?? { due: 0, oldestDueMs: 0 };
}
