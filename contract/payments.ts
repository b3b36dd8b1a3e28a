/**
 * Payments as all parts of the shop speak of them, whichever provider is behind: what a payment may be, and what an event says.
 * Amounts are integer minor units; nothing here ever holds card data.
 */

/** From least to most final. Where events contradict each other, what moved money counts more than what did not. */
export const PAYMENT_STATUSES = [
  'created',
  'authorized',
  'failed',
  'cancelled',
  'captured',
  'refunded',
] as const;

/**
 * `created`: waits for the shopper. `authorized`: money is set aside. `failed`: declined. `cancelled`: given up by the shop, the shopper
 * or time. `captured`: the money is the shop's. `refunded`: all of it went back.
 */
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** The providers that the shop knows, by the name in their webhook's address. */
export const PAYMENT_PROVIDERS = ['test', 'stripe'] as const;

export type ProviderName = (typeof PAYMENT_PROVIDERS)[number];

export type PaymentEventType = `payment.${PaymentStatus}`;

/** What a payment is for. Fixed for the life of a checkout: another amount is another checkout. */
export interface PaymentIntent {
  checkoutId: string;
  provider: ProviderName;
  /** Minor units. */
  amount: number;
  /** ISO 4217, upper case. */
  currency: string;
}

/** A payment as its provider describes it. */
export interface Payment {
  /** The provider's own id. */
  paymentId: string;
  checkoutId: string;
  status: PaymentStatus;
  amount: number;
  currency: string;
  /** Where the shopper pays; null when there is nothing left to pay. */
  redirectUrl: string | null;
}

/** What is known about a checkout's payment: the events that count, and what the provider has answered. */
export interface PaymentProgress extends PaymentIntent {
  /** Null until the provider has told it. */
  paymentId: string | null;
  status: PaymentStatus;
  /** The provider's page for the shopper. */
  redirectUrl: string | null;
}

/** One event of a provider in the shop's words. Providers repeat events and send them in any order. */
export interface PaymentEvent {
  /** Unique at its provider; a repetition has the same id. */
  id: string;
  type: PaymentEventType;
  /** Null where the provider's event names only the checkout. */
  paymentId: string | null;
  checkoutId: string;
  amount: number;
  currency: string;
  /** When it happened, by the provider's clock (RFC 3339). */
  at: string;
}

/** `payment.captured` → `captured`. */
export const statusOfEvent = (type: PaymentEventType): PaymentStatus =>
  type.slice('payment.'.length) as PaymentStatus;

/** Outcomes that a checkout may ask of the test provider: `delay:<ms>` approves after that time, `never` never decides. */
export const TEST_OUTCOME_PATTERN = '^(approve|decline|never|delay:[0-9]{1,8})$';
