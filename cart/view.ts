/** The cart as outsiders see it: made from the state when it is published, and refreshed when the catalogue has moved on since. */
import type { Availability, CartLineView, CartView, CartWarning } from '../contract/cart-view.ts';
import { LOW_STOCK, MAX_QUANTITY } from '../contract/limits.ts';
import type { ProductFacts } from '../contract/product-facts.ts';
import { type ExpiryPolicy, expiresAt } from './deadlines.ts';
import { lineAmount } from './money.ts';
import { canonicalOptions } from './options.ts';
import { unitPriceOf } from './price.ts';
import type { CartLine, CartState } from './state.ts';
import { totalsOf } from './totals.ts';

const instant = (at: number): string => new Date(at).toISOString();

const availabilityOf = (isActive: boolean, stock: number): Availability => {
  if (!isActive) return 'discontinued';
  if (stock <= 0) return 'outOfStock';
  return stock < LOW_STOCK ? 'low' : 'inStock';
};

/** What the line could have: the stock, less what other lines of the same SKU hold. */
const maxQuantityOf = (isActive: boolean, stock: number, heldByOthers: number): number =>
  isActive ? Math.max(0, Math.min(MAX_QUANTITY, stock - heldByOthers)) : 0;

const heldByOthers = (
  lines: readonly { id: string; sku: string; quantity: number }[],
  id: string,
  sku: string,
) => lines.reduce((sum, other) => sum + (other.sku === sku && other.id !== id ? other.quantity : 0), 0);

function stockWarning(line: Pick<CartLineView, 'id' | 'title' | 'available' | 'quantity' | 'maxQuantity'>) {
  if (line.available === 'discontinued' || line.available === 'outOfStock') {
    const why = line.available === 'discontinued' ? 'is no longer sold' : 'is out of stock';
    return { code: 'line_unavailable' as const, message: `${line.title} ${why}.`, lineId: line.id };
  }
  if (line.quantity <= line.maxQuantity) return undefined;
  const message = `Only ${line.maxQuantity} of ${line.title} can be had.`;
  return { code: 'quantity_exceeds_stock' as const, message, lineId: line.id };
}

const priceWarning = (line: { id: string; title: string }, from: number, to: number): CartWarning => ({
  code: 'price_moved',
  message: `The price of ${line.title} went ${to > from ? 'up' : 'down'} since it was put into the cart.`,
  lineId: line.id,
});

function lineView(line: CartLine, lines: readonly CartLine[]): CartLineView {
  return {
    id: line.id,
    sku: line.sku,
    productId: line.productId,
    title: line.title,
    options: line.options,
    attributes: line.attributes,
    quantity: line.quantity,
    unitPrice: line.unitPrice,
    lineTotal: Number(lineAmount(line.unitPrice, line.quantity)),
    available: availabilityOf(line.isActive, line.stock),
    maxQuantity: maxQuantityOf(line.isActive, line.stock, heldByOthers(lines, line.id, line.sku)),
    ...(line.imageUrl === undefined ? {} : { imageUrl: line.imageUrl }),
    addedAt: instant(line.addedAt),
  };
}

const isUnavailable = (line: CartLineView): boolean =>
  line.available === 'discontinued' || line.available === 'outOfStock' || line.quantity > line.maxQuantity;

/** What a reader sees where there is no cart. */
export const emptyView = (owner: CartView['owner'], currency: string): CartView => ({
  id: null,
  version: 0,
  status: 'active',
  owner,
  currency,
  lines: [],
  itemsCount: 0,
  totalQuantity: 0,
  subtotal: 0,
  discountTotal: 0,
  taxTotal: 0,
  shippingTotal: 0,
  total: 0,
  hasUnavailableItems: false,
  warnings: [],
  requirements: [],
  createdAt: null,
  updatedAt: null,
  expiresAt: null,
});

/** What the shop did to the cart: first, because it explains the rest. */
function shopWarnings({ lock, notices = [] }: CartState): CartWarning[] {
  const told = notices.map(({ code, message }): CartWarning => ({ code, message }));
  if (!lock) return told;
  return [{ code: 'cart_locked', message: 'The shop has locked this cart for the moment.' }, ...told];
}

function checkoutOf({ checkout }: CartState): Pick<CartView, 'checkout'> {
  if (!checkout) return {};
  const { id, end } = checkout;
  const order = end?.orderId === undefined ? {} : { orderId: end.orderId };
  return { checkout: { id, status: end?.status ?? 'open', ...order } };
}

/** The view of a state. `policy` decides `expiresAt`. */
export function toCartView(state: CartState, policy: ExpiryPolicy): CartView {
  const lines = state.lines.map((line) => lineView(line, state.lines));
  const lineWarnings = state.lines.flatMap((line, index): CartWarning[] => {
    const moved =
      line.previousUnitPrice === undefined || line.previousUnitPrice === line.unitPrice
        ? []
        : [priceWarning(line, line.previousUnitPrice, line.unitPrice)];
    const stock = stockWarning(lines[index] as CartLineView);
    return stock ? [...moved, stock] : moved;
  });
  const expiry = expiresAt(state, policy);
  return {
    ...emptyView(state.owner, state.currency),
    id: state.cartId,
    version: state.version,
    status: state.status,
    lines,
    ...totalsOf(state.lines),
    hasUnavailableItems: lines.some(isUnavailable),
    warnings: [...shopWarnings(state), ...lineWarnings],
    ...checkoutOf(state),
    createdAt: instant(state.createdAt),
    updatedAt: instant(state.updatedAt),
    expiresAt: expiry === undefined ? null : instant(expiry),
  };
}

/** Warnings that are made anew from today's stock. */
const OF_STOCK: CartWarning['code'][] = ['line_unavailable', 'quantity_exceeds_stock'];

/** Undefined: it is not sold like this any more. */
export function currentUnitPrice(
  line: CartLineView,
  facts: ProductFacts | undefined,
  currency: string,
): number | undefined {
  const chosen = facts && canonicalOptions(facts.options, line.options);
  return chosen?.ok && facts?.currency === currency ? unitPriceOf(facts, chosen.options) : undefined;
}

/**
 * The same view with today's availability, and a warning where a price has moved. Prices and totals stay what the cart has
 * agreed to; they change with the next change of the cart, or at checkout.
 */
export function refreshView(view: CartView, facts: ReadonlyMap<string, ProductFacts>): CartView {
  const warnings = view.warnings.filter((warning) => !OF_STOCK.includes(warning.code));
  const lines = view.lines.map((line): CartLineView => {
    const now = facts.get(line.sku);
    const price = currentUnitPrice(line, now, view.currency);
    const isActive = now !== undefined && now.active && price !== undefined;
    const stock = now?.available ?? 0;
    const fresh = {
      ...line,
      available: availabilityOf(isActive, stock),
      maxQuantity: maxQuantityOf(isActive, stock, heldByOthers(view.lines, line.id, line.sku)),
    };
    const hasWarning = warnings.some((warning) => warning.lineId === line.id);
    if (price !== undefined && price !== line.unitPrice && !hasWarning) {
      warnings.push(priceWarning(line, line.unitPrice, price));
    }
    const warning = stockWarning(fresh);
    if (warning) warnings.push(warning);
    return fresh;
  });
  return { ...view, lines, warnings, hasUnavailableItems: lines.some(isUnavailable) };
}
