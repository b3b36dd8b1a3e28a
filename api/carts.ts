/**
 * The gateway: the only file of the API that talks to Temporal (with its lane). One HTTP request becomes one message to the
 * cart's workflow; receipts come back, views are read elsewhere.
 */
import type { CartRequest, OperationStatus, Receipt } from '../contract/operations.ts';
import type { CartView } from '../contract/cart-view.ts';

/** Whose cart is meant. `ownerHash` is pseudonymous and safe to log. */
export interface CartOwner {
  kind: 'guest' | 'customer';
  workflowId: string;
  ownerHash: string;
}

/**
 * Every method rejects with a `Problem` (api/problem.ts) of code `dependency_unavailable`, `deadline_exceeded`, `cart_busy` or
 * `overloaded` when Temporal does not answer; nothing else is thrown for outages.
 */
export interface Carts {
  /**
   * Applies the request exactly once for its key and returns what became of it. A refused request returns a receipt with
   * `refusal`. Undefined: there is no cart and `mayCreate` was false. Rejects with `CartGone` when a guest's cart has ended
   * for good (expired or merged): the caller mints a new guest and asks again.
   */
  submit(owner: CartOwner, request: CartRequest, options: { mayCreate: boolean }): Promise<Receipt | undefined>;
  /** The same as a signal: returns once Temporal has it for good; what becomes of it is read by `status`. */
  submitAsync(owner: CartOwner, request: CartRequest): Promise<void>;
  /** The view straight from the workflow. Undefined: there is no living cart. */
  queryView(owner: CartOwner): Promise<CartView | undefined>;
  /** What became of the request with this key hash. Undefined: the cart has never heard of it. */
  queryStatus(owner: CartOwner, key: string): Promise<OperationStatus | undefined>;
  /** Whether Temporal answers at all (for readiness). */
  isReachable(): Promise<boolean>;
}

/** The guest's cart has ended; its workflow id is never used again. */
export class CartGone extends Error {}
