/** What a person must look at: raised in the transaction that found it, once, however often it is found again. */
import { jsonText } from './json-text.ts';
import type { Sql } from './client.ts';
import type postgres from 'postgres';

export interface Alarm {
  /** Lower snake case, as a rule for alerts would name it. */
  kind: string;
  /** What it is about, unique within its kind. */
  subject: string;
  /** Ids, amounts, times; nothing about a person. */
  facts: object;
}

/** A connection, or a transaction on one. */
export type Session = Sql | postgres.TransactionSql<{ bigint: number }>;

/** Answers whether it is a new one. Raised again, the first one stays as it is. */
export async function raiseAlarm(sql: Session, { kind, subject, facts }: Alarm): Promise<boolean> {
  const { count } = await sql`
    INSERT INTO alarms (kind, subject, facts)
    VALUES (${kind}, ${subject}, ${jsonText(facts)}::text::jsonb)
    ON CONFLICT (kind, subject) DO NOTHING`;
  return count === 1;
}

/** What it was about has come right by itself. Nothing to settle is no error. */
export async function settleAlarm(sql: Session, { kind, subject }: Omit<Alarm, 'facts'>): Promise<void> {
  await sql`
    UPDATE alarms SET settled_at = now() WHERE kind = ${kind} AND subject = ${subject} AND settled_at IS NULL`;
}

export interface OpenAlarms {
  kind: string;
  count: number;
  /** For how long the oldest of the kind has waited for a person. */
  oldestMs: number;
}

/** What waits for a person, by kind, the longest waiting first. For metrics and health. */
export const readOpenAlarms = async (sql: Sql): Promise<OpenAlarms[]> => [
  ...(await sql<OpenAlarms[]>`
    SELECT kind, count(*)::int AS count, (extract(epoch FROM now() - min(raised_at)) * 1000)::bigint AS "oldestMs"
    FROM alarms WHERE settled_at IS NULL GROUP BY kind ORDER BY min(raised_at), kind`),
];
