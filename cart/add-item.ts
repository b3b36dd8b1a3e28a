/** Adds units of a SKU: to the line that already holds the same thing, or on a new line. */
import type { AddItem } from '../contract/operations.ts';
import {
  findEqualLine,
  mergeAttributes,
  movedPrice,
  pricedPart,
  refuseCurrency,
  refuseQuantity,
  takePrice,
  withLines,
} from './lines.ts';
import { canonicalOptions } from './options.ts';
import type { CartLine, CartState } from './state.ts';
import { refuse, type Verdict } from './verdict.ts';

export function addItem(state: CartState, operation: AddItem, now: number): Verdict {
  const { facts } = operation;
  if (facts === undefined) return refuse('sku_unknown', `There is no product ${operation.sku}.`);
  if (!facts.active) return refuse('sku_unavailable', `${facts.title} is no longer sold.`);
  const mismatch = refuseCurrency(state, facts);
  if (mismatch) return { ok: false, refusal: mismatch };
  const chosen = canonicalOptions(facts.options, operation.options);
  if (!chosen.ok) {
    return refuse('options_invalid', `The options do not fit ${facts.title}.`, { errors: chosen.errors });
  }
  const priced = pricedPart(facts, chosen.options, now);
  if (priced === undefined) return refuse('cart_total_limit', 'The price of this product is out of bounds.');

  const equal = operation.separateLine ? undefined : findEqualLine(state, facts.sku, chosen.options);
  const line: CartLine = equal
    ? {
        ...takePrice(equal, priced),
        ...movedPrice(equal, priced.unitPrice),
        attributes: mergeAttributes(equal.attributes, operation.attributes),
        quantity: equal.quantity + operation.quantity,
      }
    : {
        id: `l${state.nextLine}`,
        ...priced,
        options: chosen.options,
        attributes: operation.attributes ?? {},
        ...(operation.separateLine ? { isSeparate: true as const } : {}),
        quantity: operation.quantity,
        addedAt: now,
      };
  const lines = equal ? state.lines.map((other) => (other === equal ? line : other)) : [...state.lines, line];
  const refusal = refuseQuantity(lines, line, equal?.quantity ?? 0);
  if (refusal) return { ok: false, refusal };
  return withLines(equal ? state : { ...state, nextLine: state.nextLine + 1 }, lines, line.id);
}
