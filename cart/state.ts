/**
 * The state of one cart, as the workflow holds it and hands it over at continue-as-new. A wire format: plain JSON,
 * instants in epoch milliseconds, money in minor units. Grow it by optional fields, or raise SCHEMA and decode the old form.
 */
import type { CartStatus } from '../contract/cart-view.ts';
import type { CheckoutStatus } from '../contract/checkouts.ts';
import type { Attributes } from '../contract/operations.ts';
import type { Options } from '../contract/product-facts.ts';

export const SCHEMA = 1;

export interface CartLine {
  id: string;
  sku: string;
  productId: string;
  title: string;
  imageUrl?: string;
  /** Canonical: validated, defaults filled in, keys sorted. */
  options: Options;
  attributes: Attributes;
  /** Kept apart on request: equal adds do not join it. */
  isSeparate?: true;
  quantity: number;
  /** Minor units for one, options included. */
  unitPrice: number;
  /** The price before it last moved without the shopper asking; gone once the line is changed by the shopper. */
  previousUnitPrice?: number;
  taxClass: string;
  /** What the catalogue said when the line was priced. */
  isActive: boolean;
  stock: number;
  revision: number;
  pricedAt: number;
  addedAt: number;
}

/** Set by an operator: shoppers read and do not write. */
export interface CartLock {
  reason: string;
  at: number;
}

/** Something that the shop did to the cart, for the shopper to read. */
export interface CartNotice {
  code: 'line_withdrawn';
  message: string;
  at: number;
}

export interface CartState {
  /** Public id; a new one for each generation. */
  cartId: string;
  /** Epoch ms of the first run's start: orders the lives of a cart that expired and came back under the same workflow id. */
  bornAt: number;
  /** Counts the carts that this workflow has carried; grows with each completed order. */
  generation: number;
  owner: 'guest' | 'customer';
  /** Pseudonymous, for search attributes. */
  ownerHash: string;
  status: CartStatus;
  version: number;
  currency: string;
  lines: readonly CartLine[];
  /** Number of the next line; never goes back, so that a late message cannot hit a newer line. */
  nextLine: number;
  createdAt: number;
  updatedAt: number;
  lock?: CartLock;
  /** Oldest first. */
  notices?: readonly CartNotice[];
  /** A guest's cart on its way into a customer's: nothing changes it until that has been decided. */
  surrender?: Surrender;
  /** Workflow id of the customer's cart that this one was merged into. */
  successor?: string;
  /** The open checkout, or the last one. */
  checkout?: CartCheckout;
  /** Where the shopper's absence does not follow from `version` and `updatedAt`; see cart/abandonment.ts. */
  absence?: Absence;
}

/** How long the shopper has been away, and what the shop has sent since. Instants in epoch ms. */
export interface Absence {
  /** The cart's version when they left; higher where a return left no change. Names the messages. */
  episode: number;
  /** What they did last. */
  since: number;
  /** Messages promised. */
  step: number;
  /** The last of them. */
  promisedAt?: number;
  /** The first delay has passed: the cart counts as abandoned. */
  isMarked?: true;
  /** Why there are no (further) messages. */
  over?: 'noBasis' | 'unsubscribed' | 'erased' | 'recovered';
  /** An absence that has ended and that the row still shows. */
  shown?: number;
}

/** `end` is missing while it is open. */
export interface CartCheckout {
  id: string;
  /** Epoch ms. */
  startedAt: number;
  end?: { status: CheckoutStatus; at: number; orderId?: string };
}

/** To whom a guest's cart was handed, and by which attempt: `ticket` tells a late answer to an older attempt apart. */
export interface Surrender {
  ticket: string;
  /** Workflow id of the customer's cart. */
  to: string;
  /** Epoch ms at which it was sent last. */
  sentAt: number;
}

/** Limits and delays, given to the workflow as input: a changed setting must not change an old verdict on replay. */
export interface CartPolicy {
  rememberedKeysMax: number;
  rememberedKeysAgeMs: number;
  continueAsNewAfterEvents: number;
  publishWaitMs: number;
  priceAgeMs: number;
  idleTickMs: number;
  expiryEmptyMs: number;
  expiryGuestMs: number;
  expiryCustomerMs: number;
  /** Delays of recovery e-mails since the shopper left, rising. Absent or empty: no cart counts as abandoned. */
  recoveryDelaysMs?: readonly number[];
  /** How long a checkout may be silent before the cart asks after it. Absent: it waits. */
  checkoutPatienceMs?: number;
  /** A write to an expired cart that has not left yet begins the next one. Absent: it is refused. */
  reopens?: boolean;
  /** After an order the fresh run waits until the cart has been quiet for `idleTickMs`. Absent: it begins at once. */
  freshRunWhenQuiet?: boolean;
  /** While the cart sleeps, nothing but its history tells it the time. Absent: whatever comes in does, also what leaves no history. */
  sleepsByHistory?: boolean;
}
