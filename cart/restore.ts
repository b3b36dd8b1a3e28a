/**
 * The lines of a cart that was left come into another cart, by a link in a mail. The rules are those of a merge with strategy `max`, at
 * today's prices; the cart's own notes win, and what is there already stays untouched: done again, it changes nothing.
 */
import type { MergeNotices, Restore, RestoredLine } from '../contract/operations.ts';
import { pricedPart } from './lines.ts';
import { joinUnlessEqual, takeLine } from './merge.ts';
import { canonicalOptions, optionsKey } from './options.ts';
import type { CartLine, CartState } from './state.ts';
import type { Verdict } from './verdict.ts';

/** The line at what the catalogue says now; inactive where it can no longer be had like this, or in this currency. */
function freshLine({ facts, ...line }: RestoredLine, currency: string, now: number): CartLine {
  const { sku, title, quantity, attributes = {} } = line;
  const kept = { id: '', attributes, quantity, addedAt: now };
  const chosen =
    facts?.active && facts.currency === currency && canonicalOptions(facts.options, line.options);
  const priced = chosen && chosen.ok ? pricedPart(facts, chosen.options, now) : undefined;
  if (priced && chosen && chosen.ok) return { ...kept, ...priced, options: chosen.options };
  const gone = { isActive: false, stock: 0, unitPrice: 0, taxClass: '', revision: 0, pricedAt: now };
  return { ...kept, ...gone, sku, productId: '', title, options: line.options ?? {} };
}

const areEqual = (one: CartLine, other: CartLine): boolean =>
  one.sku === other.sku && optionsKey(one.options) === optionsKey(other.options);

/**
 * Pairs the first of several equal lines with the first that the cart has, the second with the second, and so on: lines that were kept
 * apart stay apart, and find each other again the next time. Never refuses: what limits and stock hold back is told.
 */
export function restore(state: CartState, { lines }: Restore, now: number): Verdict {
  const notices: MergeNotices = { adjusted: [], dropped: [] };
  const paired = new Set<string>();
  let next = state;
  for (const left of lines) {
    const line = freshLine(left, state.currency, now);
    const equals = next.lines.filter((other) => areEqual(other, line));
    const twin = equals.find(({ id }) => !paired.has(id));
    if (twin) {
      paired.add(twin.id);
      next = joinUnlessEqual({ state: next, notices }, line, twin, { strategy: 'max', notes: 'accountWins' });
      continue;
    }
    const isApart = equals.some(({ isSeparate }) => !isSeparate);
    const taken = takeLine({ state: next, notices }, isApart ? { ...line, isSeparate: true } : line);
    if (taken !== next) paired.add(`l${next.nextLine}`);
    next = taken;
  }
  return { ok: true, state: next, merge: notices };
}
