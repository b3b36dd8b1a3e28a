/** Sets a line's quantity, options or attributes. Options that make it equal to another line bring the two together. */
import type { UpdateItem } from '../contract/operations.ts';
import {
  findEqualLine,
  mergeAttributes,
  pricedPart,
  refuseCurrency,
  refuseQuantity,
  takePrice,
  withLines,
} from './lines.ts';
import { canonicalOptions } from './options.ts';
import { removeItem } from './remove-item.ts';
import type { CartLine, CartState } from './state.ts';
import { refuse, type Verdict } from './verdict.ts';

/**
 * The line with its new options and price. Facts of another SKU are none at all; a change of notes alone leaves the price alone.
 */
function rebuild(
  state: CartState,
  line: CartLine,
  operation: UpdateItem,
  now: number,
): { line: CartLine } | Verdict {
  if (operation.quantity === undefined && operation.options === undefined) return { line };
  const facts = operation.facts?.sku === line.sku ? operation.facts : undefined;
  if (facts === undefined) {
    if (operation.options === undefined) return { line };
    return refuse('dependency_unavailable', 'The options cannot be checked at the moment.');
  }
  const mismatch = refuseCurrency(state, facts);
  if (mismatch) return { ok: false, refusal: mismatch };
  // Old options are judged again: what the product no longer comes in has no price.
  const chosen = canonicalOptions(facts.options, operation.options ?? line.options);
  if (!chosen.ok) {
    return refuse('options_invalid', `The options do not fit ${facts.title}.`, { errors: chosen.errors });
  }
  const priced = pricedPart(facts, chosen.options, now);
  if (priced === undefined) return refuse('cart_total_limit', 'The price of this product is out of bounds.');
  const { previousUnitPrice: _seen, ...kept } = line;
  return {
    line: { ...takePrice(kept, priced), options: operation.options ? chosen.options : line.options },
  };
}

export function updateItem(state: CartState, operation: UpdateItem, now: number): Verdict {
  const before = state.lines.find((line) => line.id === operation.lineId);
  if (before === undefined) return refuse('line_not_found', 'This line is not in the cart.');
  if (operation.quantity === 0) return removeItem(state, { type: 'removeItem', lineId: before.id });

  const rebuilt = rebuild(state, before, operation, now);
  if ('ok' in rebuilt) return rebuilt;
  const twin =
    operation.options && !before.isSeparate
      ? findEqualLine(state, before.sku, rebuilt.line.options, before.id)
      : undefined;
  const line: CartLine = {
    ...rebuilt.line,
    quantity: (operation.quantity ?? before.quantity) + (twin?.quantity ?? 0),
    attributes: mergeAttributes({ ...twin?.attributes, ...before.attributes }, operation.attributes),
  };
  const lines = state.lines
    .filter((other) => other !== twin)
    .map((other) => (other === before ? line : other));
  const isBuying = operation.quantity !== undefined || operation.options !== undefined;
  const refusal = isBuying ? refuseQuantity(lines, line, 0) : undefined;
  if (refusal) return { ok: false, refusal };
  return withLines(state, lines, line.id);
}
