/** What goes wrong on purpose. Kept in the database, so that a provider that is killed in the middle goes on being wrong. */
import { z } from 'zod';
import type { Sql } from '../database/client.ts';

const count = (max: number) => z.int().min(0).max(max).default(0);

export const faultsSchema = z.strictObject({
  /** So many of the next payments are made, and their answers dropped. */
  lostAnswers: count(1_000_000),
  /** So many of the next calls are answered with 503 before anything happens. */
  unavailable: count(1_000_000),
  /** Ms that every answer waits. */
  answerDelayMs: count(600_000),
  /** Ms that every event waits. */
  eventDelayMs: count(3_600_000),
  /** So many more times each event is delivered. */
  duplicates: count(20),
  /** Each delivery waits a random time up to so many ms: events overtake each other. */
  shuffleMs: count(3_600_000),
  /** So many forged events accompany each genuine one, all of them `payment.captured`. */
  forgeries: count(20),
});

export type Faults = z.infer<typeof faultsSchema>;

export async function readFaults(sql: Pick<Sql, 'unsafe'>): Promise<Faults> {
  const rows = (await sql.unsafe('SELECT name, value FROM test_payments.faults')) as unknown as {
    name: string;
    value: number;
  }[];
  return faultsSchema.parse(Object.fromEntries(rows.map(({ name, value }) => [name, value])));
}

/** All of them, at once: what is not named is off. */
export async function writeFaults(sql: Sql, faults: Faults): Promise<void> {
  const rows = Object.entries(faults).map(([name, value]) => ({ name, value }));
  await sql.begin(async (tx) => {
    await tx`DELETE FROM test_payments.faults`;
    await tx`INSERT INTO test_payments.faults ${tx(rows)}`;
  });
}

/** Takes one of a fault that is counted; false when there is none left. */
export async function takeFault(sql: Sql, name: 'lostAnswers' | 'unavailable'): Promise<boolean> {
  const { count: taken } = await sql`
    UPDATE test_payments.faults SET value = value - 1 WHERE name = ${name} AND value > 0`;
  return taken === 1;
}
