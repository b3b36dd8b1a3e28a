/** What all that retention deletes have in common: one portion in one transaction, and where the next one begins. */
import type postgres from 'postgres';
import type { DeletedRows, RetentionPolicy } from '../contract/retention.ts';

export type Transaction = postgres.TransactionSql<{ bigint: number }>;

export interface Portion {
  policy: RetentionPolicy;
  /** Rows, or carts with all their rows. */
  limit: number;
  /** `next` of the portion before. */
  after: string;
}

/** What a portion deleted, and where to go on; without `next` it was the last one. */
export interface Forgotten {
  deleted: DeletedRows;
  next?: string;
}

export type Forget = (tx: Transaction, portion: Portion) => Promise<Forgotten>;

/** Past which age; by the database's clock. */
export const before = (tx: Transaction, ageMs: number) => tx`now() - ${ageMs} * interval '1 millisecond'`;

/** A portion that was full is followed by another one. */
export const portion = (deleted: DeletedRows, count: number, limit: number): Forgotten =>
  count < limit ? { deleted } : { deleted, next: '' };
