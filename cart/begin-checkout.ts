/** A checkout begins with what the shopper saw: from then on the cart stands still until the checkout gives it back or ends it. */
import { checkoutIdOf } from '../contract/checkouts.ts';
import type { CartState } from './state.ts';
import { refuse, type Verdict } from './verdict.ts';

export interface BeginCheckout {
  type: 'beginCheckout';
  checkoutId: string;
  /** The version that the shopper saw. */
  version: number;
}

/** Prices and stock are the checkout's business: it looks them up and gives the cart back where they do not fit. */
export function beginCheckout(state: CartState, operation: BeginCheckout, now: number): Verdict {
  const { cartId, version } = state;
  if (operation.version !== version || operation.checkoutId !== checkoutIdOf(cartId, version)) {
    return refuse('version_conflict', 'The cart has changed meanwhile.', { currentVersion: version });
  }
  if (state.lines.length === 0) return refuse('cart_empty', 'There is nothing in the cart.');
  const checkout = { id: operation.checkoutId, startedAt: now };
  const next = { ...state, status: 'checkout' as const, checkout };
  return { ok: true, state: next, checkoutId: operation.checkoutId };
}
