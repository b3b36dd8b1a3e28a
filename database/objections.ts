/**
 * Objections that outlive the contact they were made in: erasure and retention take the address, and the no stays. While there is a contact,
 * what stands in it counts; without one, a row here says that the owner's last word was no.
 */
import type postgres from 'postgres';
import type { Session } from './alarms.ts';

/** Condition of SQL on `contacts`: the last word was no. */
export const saidNo = (tx: Session) => tx`objected_at IS NOT NULL AND consent_at IS NULL`;

/** Continues an INSERT into `objections`. */
export const orLater = (tx: Session) => tx`
  ON CONFLICT (owner_hash) DO UPDATE SET objected_at = GREATEST(objections.objected_at, EXCLUDED.objected_at)`;

/** Before those of `which` (a condition of SQL on `contacts`) are deleted. */
export const keepObjections = (tx: Session, which: postgres.PendingQuery<postgres.Row[]>) => tx`
  INSERT INTO objections (owner_hash, objected_at)
  SELECT owner_hash, objected_at FROM contacts WHERE ${saidNo(tx)} AND ${which} ${orLater(tx)}`;

/** Epoch ms of the last no among these owners whose last word it was, with a contact or without; null: none. */
export async function lastObjection(tx: Session, ownerHashes: string[]): Promise<number | null> {
  const [row] = await tx<{ at: Date | null }[]>`
    SELECT max(at) AS at FROM (
      SELECT objected_at AS at FROM contacts WHERE owner_hash = ANY (${ownerHashes}) AND ${saidNo(tx)}
      UNION ALL SELECT objected_at FROM objections WHERE owner_hash = ANY (${ownerHashes})
    ) AS said`;
  return row?.at?.getTime() ?? null;
}

/** The owner said no then: it counts unless they have agreed later. */
export async function hearObjection(tx: Session, ownerHash: string, at: number): Promise<void> {
  const objectedAt = new Date(at);
  await tx`
    UPDATE contacts SET objected_at = GREATEST(objected_at, ${objectedAt}),
      consent_at = NULL, consent_source = NULL, consent_request_id = NULL
    WHERE owner_hash = ${ownerHash} AND (consent_at IS NULL OR consent_at < ${objectedAt})`;
  await tx`
    INSERT INTO objections (owner_hash, objected_at) SELECT ${ownerHash}, ${objectedAt}
    WHERE NOT EXISTS (SELECT FROM contacts WHERE owner_hash = ${ownerHash}) ${orLater(tx)}`;
}

/** They have agreed since, or are somebody else by now. */
export const forgetObjection = (tx: Session, ownerHash: string) =>
  tx`DELETE FROM objections WHERE owner_hash = ${ownerHash}`;
