/** What the rules for lines share: building a line from facts, finding its equal, and the bounds that every change must keep. */
import { MAX_ATTRIBUTES, MAX_LINES, MAX_QUANTITY } from '../contract/limits.ts';
import type { Attributes, Refusal } from '../contract/operations.ts';
import type { Options, ProductFacts } from '../contract/product-facts.ts';
import { optionsKey } from './options.ts';
import { unitPriceOf } from './price.ts';
import type { CartLine, CartState } from './state.ts';
import { totalsOf } from './totals.ts';
import { refuse, type Verdict } from './verdict.ts';
import { LINES_BYTES, weightOf } from './weight.ts';

/** The part of a line that the catalogue decides. Undefined where the catalogue's price is out of bounds. */
export function pricedPart(facts: ProductFacts, options: Options, now: number) {
  const unitPrice = unitPriceOf(facts, options);
  if (unitPrice === undefined) return undefined;
  return {
    sku: facts.sku,
    productId: facts.productId,
    title: facts.title,
    ...(facts.imageUrl === undefined ? {} : { imageUrl: facts.imageUrl }),
    unitPrice,
    taxClass: facts.taxClass,
    isActive: facts.active,
    stock: facts.available,
    revision: facts.revision,
    pricedAt: now,
  };
}

/** The line with what the catalogue says now; an image that the catalogue has dropped goes with it. */
export function takePrice(line: CartLine, priced: NonNullable<ReturnType<typeof pricedPart>>): CartLine {
  const { imageUrl: _before, ...kept } = line;
  return { ...kept, ...priced };
}

/** A price that moves under units already in the cart is remembered for the warning. */
export const movedPrice = (line: CartLine, unitPrice: number): Pick<CartLine, 'previousUnitPrice'> =>
  line.unitPrice === unitPrice ? {} : { previousUnitPrice: line.previousUnitPrice ?? line.unitPrice };

/** Money of two currencies is never added up. */
export function refuseCurrency(state: CartState, facts: ProductFacts): Refusal | undefined {
  if (facts.currency === state.currency) return undefined;
  const detail = `This cart is in ${state.currency}, the product is in ${facts.currency}.`;
  return refuse('currency_mismatch', detail).refusal;
}

/** The line that an equal add would join: same SKU, same canonical options, not kept apart. */
export const findEqualLine = (
  state: CartState,
  sku: string,
  options: Options,
  exceptId?: string,
): CartLine | undefined =>
  state.lines.find(
    (line) =>
      line.sku === sku &&
      line.id !== exceptId &&
      !line.isSeparate &&
      optionsKey(line.options) === optionsKey(options),
  );

export const mergeAttributes = (before: Attributes, added: Attributes | undefined): Attributes =>
  added === undefined ? before : { ...before, ...added };

/** Refuses what no longer sells, what is not there in that number, and more than a line may hold. */
export function refuseQuantity(
  lines: readonly CartLine[],
  changed: CartLine,
  quantityBefore: number,
): Refusal | undefined {
  if (!changed.isActive) {
    return refuse('sku_unavailable', `${changed.title} is no longer sold.`).refusal;
  }
  if (changed.quantity > MAX_QUANTITY) {
    const detail = `A line holds at most ${MAX_QUANTITY} units.`;
    return refuse('quantity_limit', detail, { available: MAX_QUANTITY - quantityBefore }).refusal;
  }
  const wanted = lines.reduce((sum, line) => sum + (line.sku === changed.sku ? line.quantity : 0), 0);
  if (wanted > changed.stock) {
    const detail =
      changed.stock === 0
        ? `${changed.title} is out of stock.`
        : `Only ${changed.stock} of ${changed.title} can be had.`;
    return refuse('out_of_stock', detail, { available: changed.stock }).refusal;
  }
  return undefined;
}

/** The cart with these lines, if their number, their notes and their total are within bounds. */
export function withLines(state: CartState, lines: readonly CartLine[], lineId?: string): Verdict {
  if (lines.length > MAX_LINES && lines.length > state.lines.length) {
    return refuse('line_limit', `A cart holds at most ${MAX_LINES} lines.`);
  }
  if (lines.some((line) => Object.keys(line.attributes).length > MAX_ATTRIBUTES)) {
    return refuse('validation_failed', `A line holds at most ${MAX_ATTRIBUTES} attributes.`);
  }
  if (totalsOf(lines) === undefined) {
    return refuse('cart_total_limit', 'The total of the cart would be too large.');
  }
  const isGrowing = lines.length >= state.lines.length;
  if (isGrowing && weightOf(lines) > LINES_BYTES) {
    return refuse('line_limit', 'The options and notes in this cart are too long.');
  }
  return { ok: true, state: { ...state, lines }, ...(lineId === undefined ? {} : { lineId }) };
}
