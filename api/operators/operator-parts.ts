/** What the operators' routes are made of. */
import type { Sql } from '../../database/client.ts';
import type { Carts } from '../carts.ts';
import type { Identity } from '../identity/caller.ts';
import type { OperatorGateway } from '../operator-gateway.ts';
import type { ProductFactsReader } from '../product-facts.ts';

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
