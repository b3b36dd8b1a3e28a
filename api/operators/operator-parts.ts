/** What the operators' routes are made of. */
import type { Sql } from '../../database/client.ts';
import type { Carts } from '../carts.ts';
import type { Identity } from '../identity/caller.ts';
import type { OperatorGateway } from '../operator-gateway.ts';
import { Problem } from '../problem.ts';
import type { ProductFactsReader } from '../product-facts.ts';
import { isUnavailable } from '../../database/client.ts';

export interface OperatorParts {
  sql: Sql;
  carts: Carts;
  gateway: OperatorGateway;
  identity: Identity;
  facts: ProductFactsReader;
  /** Milliseconds for which an idempotency key is good. */
  keyAgeMs: number;
}

export const NO_STORE = { 'cache-control': 'no-store' };

/** Operators search in PostgreSQL: without it there is nothing to find. */
export async function fromDatabase<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new Problem('dependency_unavailable', 'The database is out of reach at the moment.', {
      cause: error,
    });
  }
}
