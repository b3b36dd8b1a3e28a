/** How a checkout leaves its cart: given back as it was, or as bought. A message about another checkout than the open one changes nothing. */
import type { CheckoutEnd } from '../contract/checkouts.ts';
import type { ProductFacts } from '../contract/product-facts.ts';
import { shopperActed } from './abandonment.ts';
import { freshen } from './reprice.ts';
import type { CartState } from './state.ts';
import { totalsOf } from './totals.ts';

export interface EndedCheckout {
  checkoutId: string;
  status: CheckoutEnd;
  /** What the catalogue said, where that is why: the cart shows it from then on. */
  facts?: readonly ProductFacts[];
}

const isOpenCheckout = ({ status, checkout }: CartState, checkoutId: string): boolean =>
  status === 'checkout' && checkout?.id === checkoutId && checkout.end === undefined;

/** The shopper's again, one version on. Undefined: not this cart's open checkout. */
export function giveBack(state: CartState, ended: EndedCheckout, now: number): CartState | undefined {
  const { checkout } = state;
  if (!checkout || !isOpenCheckout(state, ended.checkoutId)) return undefined;
  const fresh = ended.facts ? freshen(state, ended.facts, now) : state.lines;
  // Until now they were at the till: an absence begins here.
  return shopperActed(state, {
    ...state,
    status: 'active',
    // Prices whose sum is out of bounds are left to the next checkout to refuse.
    lines: totalsOf(fresh) ? fresh : state.lines,
    checkout: { ...checkout, end: { status: ended.status, at: now } },
    version: state.version + 1,
    updatedAt: Math.max(now, state.updatedAt),
  });
}

/** With the order noted; the next generation shows it until another checkout begins. Undefined: not this cart's open checkout. */
export function noteOrder(
  state: CartState,
  { checkoutId, orderId }: { checkoutId: string; orderId: string },
  now: number,
): CartState | undefined {
  const { checkout } = state;
  if (!checkout || !isOpenCheckout(state, checkoutId)) return undefined;
  return { ...state, checkout: { ...checkout, end: { status: 'completed', at: now, orderId } } };
}
