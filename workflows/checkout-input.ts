/** The argument of a checkout: the cart as the shopper saw it, frozen, and what they want. A wire format, without personal data. */
import type { CartLine } from '../cart/state.ts';
import type { CheckoutPolicy, CheckoutWish } from '../contract/checkouts.ts';

export interface CheckoutInput {
  schema: 1;
  checkoutId: string;
  cartId: string;
  /** Where the cart waits for the end. */
  cartWorkflowId: string;
  owner: 'guest' | 'customer';
  ownerHash: string;
  currency: string;
  lines: readonly CartLine[];
  wish: CheckoutWish;
  policy: CheckoutPolicy;
}
