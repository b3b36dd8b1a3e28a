/**
 * Payments and what providers say about them. Each event is remembered in the transaction of its effect, so that it counts once; events
 * that come before their payment wait for it. Whoever writes about a checkout holds its lock.
 */
import { foldPaymentEvents } from '../cart/payment-state.ts';
import type { Payment, PaymentEvent, PaymentIntent, ProviderName } from '../contract/payments.ts';
import { type Session, raiseAlarm } from './alarms.ts';
import type { Sql } from './client.ts';
import {
  appliedTypes,
  type EventOutcome,
  findByPaymentId,
  findEvent,
  findPayment,
  lockCheckout,
  type PaymentRow,
  type RecordedEvent,
  waitingEvents,
} from './payment-rows.ts';

/** A handler in the same process gets this long before others may deliver the event. */
const HEAD_START = '5 seconds';

/** What became of an event that came in. `isRepeated`: it had been recorded before; nothing was done now. */
export interface Recorded {
  outcome: EventOutcome;
  isRepeated: boolean;
}

/** The checkout has a payment of another amount, currency or provider: a mistake of whoever asks. */
export class IntentConflict extends Error {}

/** Why the event cannot be about this payment; undefined when all of it fits. A payment without id takes the event's. */
function mismatchOf(payment: PaymentRow, provider: ProviderName, event: PaymentEvent): string | undefined {
  if (payment.provider !== provider) return 'provider';
  if (payment.checkoutId !== event.checkoutId) return 'checkout';
  const isOther =
    payment.paymentId !== null && event.paymentId !== null && payment.paymentId !== event.paymentId;
  if (isOther) return 'payment';
  if (payment.amount !== event.amount) return 'amount';
  return payment.currency === event.currency ? undefined : 'currency';
}

async function raiseMismatch(
  sql: Session,
  what: string,
  payment: PaymentRow,
  provider: ProviderName,
  event: PaymentEvent,
): Promise<void> {
  const { checkoutId, paymentId, amount, currency } = payment;
  await raiseAlarm(sql, {
    kind: 'payment_mismatch',
    subject: `${provider}:${event.id}`,
    facts: { what, event, payment: { provider: payment.provider, checkoutId, paymentId, amount, currency } },
  });
}

/** Makes the status what the applied events amount to. */
async function refreshStatus(sql: Session, checkoutId: string, paymentId: string | null): Promise<void> {
  const { status } = foldPaymentEvents(await appliedTypes(sql, checkoutId));
  await sql`
    UPDATE payments SET status = ${status}, payment_id = coalesce(payment_id, ${paymentId}), updated_at = now()
    WHERE checkout_id = ${checkoutId}`;
}

/** A provider that says two things under one id is broken, or somebody signs who should not. */
async function answerRepetition(
  sql: Session,
  recorded: RecordedEvent,
  event: PaymentEvent,
): Promise<Recorded> {
  const keys = ['type', 'checkoutId', 'amount', 'currency'] as const;
  if (keys.some((key) => recorded[key] !== event[key])) {
    const subject = `${recorded.provider}:${event.id}`;
    await raiseAlarm(sql, {
      kind: 'payment_event_conflict',
      subject,
      facts: { first: recorded, later: event },
    });
  }
  return { outcome: recorded.outcome, isRepeated: true };
}

interface Target {
  /** Undefined: no such payment yet. */
  payment: PaymentRow | undefined;
  /** Why the event cannot be about it. */
  what: string | undefined;
}

/** The payment that an event is about: by its checkout, else by its own id. An id that belongs to another checkout fits nowhere. */
async function findTarget(sql: Session, provider: ProviderName, event: PaymentEvent): Promise<Target> {
  const byCheckout = await findPayment(sql, event.checkoutId);
  const isKnown = byCheckout?.paymentId === event.paymentId || event.paymentId === null;
  const byId = isKnown ? undefined : await findByPaymentId(sql, provider, event.paymentId ?? '');
  const payment = byCheckout ?? byId;
  if (!payment) return { payment, what: undefined };
  const isTaken = byId !== undefined && byId.checkoutId !== event.checkoutId;
  return { payment, what: mismatchOf(payment, provider, event) ?? (isTaken ? 'payment' : undefined) };
}

/**
 * Remembers a genuine event and applies it, all or nothing. Sent again, it changes nothing and tells what became of it the first time.
 * `isDelivered`: the checkout's workflow knows it already (it has asked the provider itself).
 */
export async function recordPaymentEvent(
  sql: Sql,
  provider: ProviderName,
  event: PaymentEvent,
  { isDelivered = false }: { isDelivered?: boolean } = {},
): Promise<Recorded> {
  return await sql.begin(async (tx) => {
    await lockCheckout(tx, event.checkoutId);
    const known = await findEvent(tx, provider, event.id);
    if (known) return await answerRepetition(tx, known, event);
    const { payment, what } = await findTarget(tx, provider, event);
    const outcome: EventOutcome = !payment ? 'unknown' : what === undefined ? 'applied' : 'mismatch';
    const { count } = await tx`
      INSERT INTO payment_events (
        provider, event_id, type, payment_id, checkout_id, amount, currency, at, outcome, delivered_at, next_attempt_at
      ) VALUES (
        ${provider}, ${event.id}, ${event.type}, ${event.paymentId}, ${event.checkoutId}, ${event.amount},
        ${event.currency}, ${event.at}, ${outcome}, ${isDelivered ? tx`now()` : null}, now() + ${HEAD_START}::interval
      ) ON CONFLICT DO NOTHING`;
    // The same id about another checkout, at this very moment: the other one was first.
    if (count === 0) {
      const first = await findEvent(tx, provider, event.id);
      return first ? await answerRepetition(tx, first, event) : { outcome, isRepeated: true };
    }
    if (payment && what !== undefined) await raiseMismatch(tx, what, payment, provider, event);
    if (outcome === 'applied') await refreshStatus(tx, event.checkoutId, event.paymentId);
    return { outcome, isRepeated: false };
  });
}

/** Applies, or sets aside, what came before the payment was known; then the status is made anew. To be delivered at once by whoever looks next. */
async function matchWaiting(tx: Session, payment: PaymentRow): Promise<PaymentRow> {
  let { paymentId } = payment;
  for (const event of await waitingEvents(tx, payment)) {
    const what = mismatchOf({ ...payment, paymentId }, event.provider, event);
    const outcome: EventOutcome = what === undefined ? 'applied' : 'mismatch';
    await tx`
      UPDATE payment_events SET outcome = ${outcome}, next_attempt_at = now()
      WHERE provider = ${event.provider} AND event_id = ${event.id}`;
    if (what === undefined) paymentId ??= event.paymentId;
    else await raiseMismatch(tx, what, payment, event.provider, event);
  }
  await refreshStatus(tx, payment.checkoutId, paymentId);
  return await requirePayment(tx, payment.checkoutId);
}

/**
 * Writes down what a checkout is to pay, before its provider is asked. Repeated, the same payment; events that came earlier are matched
 * now. Throws IntentConflict when the checkout is to pay something else already.
 */
export async function recordIntent(sql: Sql, intent: PaymentIntent): Promise<PaymentRow> {
  const { checkoutId, provider, amount, currency } = intent;
  return await sql.begin(async (tx) => {
    await lockCheckout(tx, checkoutId);
    await tx`
      INSERT INTO payments (checkout_id, provider, amount, currency)
      VALUES (${checkoutId}, ${provider}, ${amount}, ${currency}) ON CONFLICT (checkout_id) DO NOTHING`;
    const payment = await requirePayment(tx, checkoutId);
    if (payment.provider !== provider || payment.amount !== amount || payment.currency !== currency) {
      throw new IntentConflict(`Checkout ${checkoutId} has a payment of other terms`);
    }
    return await matchWaiting(tx, payment);
  });
}

/**
 * Writes down what the provider has answered: the payment's id and page. What it says about status and amount goes through
 * `recordPaymentEvent`. Throws IntentConflict when the checkout has another payment already.
 */
export async function recordProviderPayment(sql: Sql, answered: Payment): Promise<PaymentRow> {
  const { checkoutId, paymentId, redirectUrl } = answered;
  return await sql.begin(async (tx) => {
    await lockCheckout(tx, checkoutId);
    await tx`
      UPDATE payments SET payment_id = ${paymentId}, redirect_url = coalesce(redirect_url, ${redirectUrl}), updated_at = now()
      WHERE checkout_id = ${checkoutId} AND (payment_id IS NULL OR payment_id = ${paymentId})`;
    const payment = await requirePayment(tx, checkoutId);
    if (payment.paymentId !== paymentId) {
      throw new IntentConflict(`Checkout ${checkoutId} has another payment`);
    }
    return await matchWaiting(tx, payment);
  });
}

/** The payment of a checkout; throws where there is none. */
export async function requirePayment(sql: Session, checkoutId: string): Promise<PaymentRow> {
  const payment = await findPayment(sql, checkoutId);
  if (!payment) throw new IntentConflict(`Checkout ${checkoutId} has no payment`);
  return payment;
}
