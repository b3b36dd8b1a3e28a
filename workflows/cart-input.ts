/** The argument of a cart workflow: how it begins, or what the last run handed over. A wire format; see cart/state.ts. */
import type { RememberedKey } from '../cart/remembered-keys.ts';
import type { CartPolicy, CartState } from '../cart/state.ts';
import type { CartRequest } from '../contract/operations.ts';
import type { Outbox } from './outbox.ts';

export interface CartInput {
  schema: 1;
  policy: CartPolicy;
  owner: 'guest' | 'customer';
  ownerHash: string;
  currency: string;
  /** Everything below: handed over at continue-as-new. */
  carried?: Carried;
}

export interface Carried {
  state: CartState;
  remembered: RememberedKey[];
  /** What the read model has not taken yet. */
  outbox: Outbox;
  /** Requests that wait for product facts. */
  unpriced: CartRequest[];
}
