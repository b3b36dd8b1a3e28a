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
