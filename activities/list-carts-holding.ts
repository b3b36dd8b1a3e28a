/** One page of the open carts that hold a SKU, for acts on all of them. */
import { readCartsHolding } from '../database/carts-holding.ts';
import type { Sql } from '../database/client.ts';

export interface CartsHolding {
  sku: string;
  /** Workflow id after which the page begins; empty for the first. */
  after: string;
  limit: number;
}

export const listCartsHolding = (sql: Sql, { sku, after, limit }: CartsHolding): Promise<string[]> =>
  readCartsHolding(sql, sku, { after, limit });
