/**
 * Product facts for the rules, read fresh from the catalogue. What was read last is kept, to be used only while PostgreSQL is out of
 * reach and not longer than PRICE_AGE: a known product can still be put into a cart during an outage.
 */
import type { ProductFacts } from '../contract/product-facts.ts';
import { readFacts } from '../database/catalogue.ts';
import { isUnavailable, type Sql } from '../database/client.ts';

export interface FactsRead {
  facts: ReadonlyMap<string, ProductFacts>;
  /** False during an outage: a SKU that is missing may exist all the same. */
  isComplete: boolean;
}

export interface ProductFactsReader {
  /** With `forCart` (public id), availability is what that cart could have: its own checkout's hold never counts against it. */
  read(skus: readonly string[], forCart?: string): Promise<FactsRead>;
}

/** About 1 KB each. */
const KEPT_MAX = 5_000;

export function createProductFacts(sql: Sql, maxAgeMs: number, now: () => number): ProductFactsReader {
  const kept = new Map<string, { facts: ProductFacts; readAt: number }>();

  function keep(sku: string, facts: ProductFacts): void {
    kept.delete(sku);
    kept.set(sku, { facts, readAt: now() });
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
  }

  function fromKept(skus: readonly string[]): FactsRead {
    const facts = new Map<string, ProductFacts>();
    for (const sku of skus) {
      const entry = kept.get(sku);
      if (entry && now() - entry.readAt <= maxAgeMs) facts.set(sku, entry.facts);
    }
    return { facts, isComplete: false };
  }

  return {
    async read(skus, forCart) {
      if (skus.length === 0) return { facts: new Map(), isComplete: true };
      try {
        const facts = await readFacts(sql, [...new Set(skus)], forCart);
        // What one cart could have is no fact for the others.
        if (forCart === undefined) for (const [sku, fact] of facts) keep(sku, fact);
        return { facts, isComplete: true };
      } catch (error) {
        if (isUnavailable(error)) return fromKept(skus);
        throw error;
      }
    },
  };
}
