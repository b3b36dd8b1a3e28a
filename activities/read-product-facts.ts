/** Reads what the catalogue says now, for lines that were added without facts or whose facts are old. */
import type { ProductFacts } from '../contract/product-facts.ts';
import { readFacts } from '../database/catalogue.ts';
import type { Sql } from '../database/client.ts';

/** In no particular order; SKUs that do not exist are missing. */
export const readProductFacts = async (sql: Sql, skus: readonly string[]): Promise<ProductFacts[]> => [
  ...(await readFacts(sql, [...new Set(skus)])).values(),
];
