/** A checkout as everybody outside sees it, and the ids by which cart, checkout, payment and order know each other. */
import type { Refusal } from './operations.ts';
import type { OrderTotals } from './orders.ts';
import type { PaymentStatus } from './payments.ts';

/**
 * `preparing`: prices, stock and payment are being seen to. `pending`: waits for the payment. `paid`: the order is being written.
 * The others are ends: `completed` has an order; `refused` (see the refusal), `declined`, `cancelled`, `expired`, `refunded` (money came and
 * went back) and `failed` (a fault) have none.
 */
export const CHECKOUT_STATUSES = [
  'preparing',
  'pending',
  'paid',
  'completed',
  'refused',
  'declined',
  'cancelled',
  'expired',
  'refunded',
  'failed',
] as const;

export type CheckoutStatus = (typeof CHECKOUT_STATUSES)[number];

/** The ends that give the cart back. */
export type CheckoutEnd = Exclude<CheckoutStatus, 'preparing' | 'pending' | 'paid' | 'completed'>;

const OPEN: readonly CheckoutStatus[] = ['preparing', 'pending', 'paid'];

export const isOpen = (status: CheckoutStatus): boolean => OPEN.includes(status);

/** What the shopper has to do, or has done. */
export interface CheckoutPayment {
  provider: string;
  status: PaymentStatus;
  /** Minor units. */
  amount: number;
  /** The provider's page; null when there is nothing to do there (any more). */
  redirectUrl: string | null;
}

export interface CheckoutView {
  id: string;
  cartId: string;
  status: CheckoutStatus;
  currency: string;
  /** Null until prices have been looked up. */
  totals: OrderTotals | null;
  /** Null until the provider has been asked, and for good where nothing is to be paid. */
  payment: CheckoutPayment | null;
  /** Until when the stock is held (RFC 3339); null when nothing is. */
  heldUntil: string | null;
  /** Until when the payment is waited for. */
  payUntil: string | null;
  orderId: string | null;
  /** Why it came to nothing; null otherwise. */
  refusal: Refusal | null;
  startedAt: string;
  endedAt: string | null;
}

/** What the shopper wants. E-mail and address lie in PostgreSQL under `contactRef`: personal data stays out of Temporal. */
export interface CheckoutWish {
  /** What the shopper agrees to pay, in minor units. Another total is refused. */
  expectedTotal: number;
  /** The shop's first method where it is missing. */
  shippingMethod?: string;
  contactRef?: string;
  returnUrl?: string;
  /** For the test provider. */
  testOutcome?: string;
}

/** The settings of a checkout, fixed at its beginning. Milliseconds. */
export interface CheckoutPolicy {
  holdLifeMs: number;
  paymentWaitMs: number;
  openCheckoutsMax: number;
}

/**
 * The checkout that begins with a cart at this version. A cart has each version once, so the id is known before anybody is asked, and
 * whoever begins a checkout of what they saw names the same one. Opaque, and unguessable as the cart's public id is.
 */
export const checkoutIdOf = (cartId: string, version: number): string => `${cartId}-${version}`;

/** `checkout:<cartId>:<n>`. */
export const checkoutWorkflowId = (checkoutId: string): string =>
  `checkout:${checkoutId.replace(/-(\d+)$/, ':$1')}`;

/** Gives money back that came when the checkout's own workflow had ended. */
export const lateMoneyWorkflowId = (checkoutId: string): string => `late-money:${checkoutId}`;

/** Clears up after a checkout whose own workflow was stopped by force. */
export const clearUpWorkflowId = (checkoutId: string): string => `clear-up:${checkoutId}`;

/** What is needed to clear up after a checkout. */
export interface StoppedCheckout {
  checkoutId: string;
  cartId: string;
  ownerHash: string;
}
