/**
 * The port behind which every payment provider stands. The shop sends the shopper to the provider's own page; card data never
 * comes here. All calls may be repeated: the same checkout has the same payment.
 */
import type { Payment, PaymentEvent, ProviderName } from '../contract/payments.ts';

export interface PaymentRequest {
  /** Opaque and unguessable. Everything that must be idempotent is derived from it. */
  checkoutId: string;
  /** Minor units, more than 0. */
  amount: number;
  /** ISO 4217, upper case. */
  currency: string;
  /** Where the provider's page sends the shopper afterwards. Absent: the page says the result itself. */
  returnUrl?: string;
  /** What the shopper reads about what is paid. */
  description?: string;
  /** Only for the test provider; others refuse it. */
  testOutcome?: string;
}

/** The verdict on a webhook. `reason` is for our log alone: told to a sender, it would help to guess signatures. */
export type WebhookVerdict =
  | { kind: 'event'; event: PaymentEvent }
  /** Genuine, and nothing that concerns payments of this shop. */
  | { kind: 'ignored'; type: string }
  | { kind: 'refused'; reason: string };

/** Reads one header, whatever its case; undefined when it is absent. */
export type HeaderReader = (name: string) => string | undefined;

/** Checks the signature over the raw bytes and reads the event. Never throws. `now` is in epoch ms. */
export type ParseWebhook = (body: Uint8Array, header: HeaderReader, now: number) => WebhookVerdict;

/** All calls reject with a PaymentError. */
export interface PaymentProvider {
  readonly name: ProviderName;
  /** Makes the payment, or finds the one that this checkout has already. Never two. */
  createPayment(request: PaymentRequest): Promise<Payment>;
  /**
   * The payment of a checkout whose answer was lost; undefined when the provider has none. A provider that cannot look up makes one
   * that nobody has the page of.
   */
  findPayment(request: PaymentRequest): Promise<Payment | undefined>;
  getPayment(paymentId: string): Promise<Payment>;
  /** Gives the payment up. What is paid stays paid: look at the status that comes back. Called twice, the same. */
  cancelPayment(paymentId: string): Promise<Payment>;
  /** Gives all of the money back, once. Rejects as `final` when there is none to give back. */
  refundPayment(payment: { paymentId: string; checkoutId: string }): Promise<Payment>;
  parseWebhook: ParseWebhook;
}

/** The provider's idempotency key: the same for every try, process and year. */
export const paymentKey = (checkoutId: string, verb: 'payment' | 'refund'): string =>
  `cartwright:${checkoutId}:${verb}`;
