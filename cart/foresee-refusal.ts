/** What would keep a checkout from beginning, as far as the catalogue alone can tell: nothing has to be written, held or undone for it. */
import type { CartView } from '../contract/cart-view.ts';
import type { Refusal, Shortage } from '../contract/operations.ts';
import type { ProductFacts } from '../contract/product-facts.ts';
import { refuseGone, refuseShortages } from './order-refusals.ts';

type Lines = Pick<CartView, 'lines'>['lines'];

function shortagesOf(lines: Lines, facts: ReadonlyMap<string, ProductFacts>): Shortage[] {
  const wanted = new Map<string, number>();
  for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  return [...wanted].flatMap(([sku, units]) => {
    const available = Math.max(0, facts.get(sku)?.available ?? 0);
    return available < units ? [{ sku, wanted: units, available }] : [];
  });
}

/**
 * Undefined: nothing speaks against it so far; prices, options and the stock itself are the checkout's to judge. `facts`: complete, with what
 * this cart's own checkout holds counted as available.
 */
export function foreseeRefusal(lines: Lines, facts: ReadonlyMap<string, ProductFacts>): Refusal | undefined {
  const gone = lines.filter(({ sku }) => !facts.get(sku)?.active);
  if (gone.length > 0) return refuseGone(gone);
  const shortages = shortagesOf(lines, facts);
  const titles = Object.fromEntries(lines.map(({ sku, title }) => [sku, title]));
  return shortages.length > 0 ? refuseShortages(shortages, titles) : undefined;
}
