/** Brings lines up to date with the catalogue: price, title, availability. A price that moved is remembered for the warning. */
import type { ProductFacts } from '../contract/product-facts.ts';
import { shopActed } from './abandonment.ts';
import { pricedPart, takePrice } from './lines.ts';
import { canonicalOptions } from './options.ts';
import type { CartLine, CartState } from './state.ts';
import { totalsOf } from './totals.ts';

function repriceLine(
  line: CartLine,
  facts: ProductFacts | undefined,
  currency: string,
  now: number,
): CartLine {
  const chosen = facts && canonicalOptions(facts.options, line.options);
  const isSold = chosen?.ok && facts?.currency === currency;
  const priced = isSold ? pricedPart(facts, chosen.options, now) : undefined;
  // Gone, or no longer to be had with these options or in this currency: the price stays, the line shows as discontinued.
  if (!priced) return { ...line, isActive: false, stock: 0, pricedAt: now, revision: facts?.revision ?? 0 };
  if (priced.unitPrice === line.unitPrice) return takePrice(line, priced);
  return { ...takePrice(line, priced), previousUnitPrice: line.previousUnitPrice ?? line.unitPrice };
}

/** The lines of a cart that comes from elsewhere, at what the catalogue says now. */
export const freshen = (
  { lines, currency }: { lines: readonly CartLine[]; currency: string },
  facts: readonly ProductFacts[],
  now: number,
): CartLine[] => {
  const bySku = new Map(facts.map((fact) => [fact.sku, fact]));
  return lines.map((line) => repriceLine(line, bySku.get(line.sku), currency, now));
};

/** SKUs of lines that were priced before `olderThan` (epoch ms). */
export const skusPricedBefore = (state: CartState, olderThan: number): string[] => [
  ...new Set(state.lines.filter((line) => line.pricedAt < olderThan).map((line) => line.sku)),
];

/**
 * Re-prices the lines of the SKUs that were asked for; a SKU without facts is gone from the catalogue. The version rises only
 * if something visible changed; a total out of bounds leaves the cart as it was.
 */
export function reprice(
  state: CartState,
  skus: readonly string[],
  facts: readonly ProductFacts[],
  now: number,
): { state: CartState; hasChanged: boolean } {
  const bySku = new Map(facts.map((fact) => [fact.sku, fact]));
  const lines = state.lines.map((line) =>
    skus.includes(line.sku) ? repriceLine(line, bySku.get(line.sku), state.currency, now) : line,
  );
  if (totalsOf(lines) === undefined) return { state, hasChanged: false };
  const hasChanged = lines.some((line, index) => line.revision !== state.lines[index]?.revision);
  if (!hasChanged) return { state: { ...state, lines }, hasChanged };
  return { state: shopActed(state, { ...state, lines, version: state.version + 1 }), hasChanged };
}
