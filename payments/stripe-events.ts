/**
 * Stripe's objects in the shop's words. Only what ends a hosted Checkout Session counts: a single declined card does not, because the
 * shopper may try another one on the same page.
 */
import type Stripe from 'stripe';
import type { PaymentStatus } from '../contract/payments.ts';
import type { WebhookVerdict } from './payment-provider.ts';

/** Set on sessions, and on their payment intents, whose charges inherit it. */
export const CHECKOUT_ID = 'checkoutId';

/** What a session's event says; undefined where the status of the payment decides. */
const SESSION_EVENTS: Record<string, PaymentStatus | 'completed'> = {
  'checkout.session.completed': 'completed',
  'checkout.session.async_payment_succeeded': 'captured',
  'checkout.session.async_payment_failed': 'failed',
  'checkout.session.expired': 'cancelled',
};

/** Completed by a bank transfer that is still on its way: the money comes, or not, with a later event. */
const statusOfCompleted = (session: Stripe.Checkout.Session): PaymentStatus =>
  session.payment_status === 'unpaid' ? 'created' : 'captured';

function isRefunded(session: Stripe.Checkout.Session): boolean {
  const intent = session.payment_intent;
  const charge = typeof intent === 'object' ? intent?.latest_charge : undefined;
  return typeof charge === 'object' && charge?.refunded === true;
}

/** The status of a session as it is read back. */
export function statusOfSession(session: Stripe.Checkout.Session): PaymentStatus {
  if (session.status === 'expired') return 'cancelled';
  if (session.status !== 'complete') return 'created';
  return isRefunded(session) ? 'refunded' : statusOfCompleted(session);
}

export const checkoutOfSession = (session: Stripe.Checkout.Session): string | undefined =>
  session.metadata?.[CHECKOUT_ID] ?? session.client_reference_id ?? undefined;

interface Facts {
  status: PaymentStatus;
  paymentId: string | null;
  checkoutId: string | undefined;
  amount: number | null;
  currency: string | null;
}

function factsOf(event: Stripe.Event): Facts | undefined {
  const sessionStatus = SESSION_EVENTS[event.type];
  if (sessionStatus !== undefined) {
    const session = event.data.object as Stripe.Checkout.Session;
    return {
      status: sessionStatus === 'completed' ? statusOfCompleted(session) : sessionStatus,
      paymentId: session.id,
      checkoutId: checkoutOfSession(session),
      amount: session.amount_total,
      currency: session.currency,
    };
  }
  if (event.type !== 'charge.refunded' || !event.data.object.refunded) return undefined;
  // A charge knows its payment intent, not the session that the shop calls the payment.
  const { metadata, amount, currency } = event.data.object;
  return { status: 'refunded', paymentId: null, checkoutId: metadata[CHECKOUT_ID], amount, currency };
}

/** `ignored` for what is not ours: other products of the account send their events to every endpoint. */
export function readStripeEvent(event: Stripe.Event): WebhookVerdict {
  const facts = factsOf(event);
  if (!facts || facts.checkoutId === undefined || facts.amount === null || facts.currency === null) {
    return { kind: 'ignored', type: event.type };
  }
  return {
    kind: 'event',
    event: {
      id: event.id,
      type: `payment.${facts.status}`,
      paymentId: facts.paymentId,
      checkoutId: facts.checkoutId,
      amount: facts.amount,
      currency: facts.currency.toUpperCase(),
      at: new Date(event.created * 1_000).toISOString(),
    },
  };
}
