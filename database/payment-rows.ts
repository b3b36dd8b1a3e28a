/** Rows of payments and payment_events, and the statements on one row that their writers share. */
import type { PaymentEvent, PaymentEventType, PaymentProgress, ProviderName } from '../contract/payments.ts';
import type { Session } from './alarms.ts';

export type PaymentRow = PaymentProgress;

/** `applied`: counts. `unknown`: kept for the payment that may still come. `mismatch`: kept for a person, never applied. */
export type EventOutcome = 'applied' | 'unknown' | 'mismatch';

export interface RecordedEvent extends PaymentEvent {
  provider: ProviderName;
  outcome: EventOutcome;
}

/** One writer at a time for each checkout, whether or not its payment is there yet. Ends with the transaction. */
export const lockCheckout = (sql: Session, checkoutId: string) =>
  sql`SELECT pg_advisory_xact_lock(hashtextextended(${`payment:${checkoutId}`}, 0))`;

const columns = (sql: Session) => sql`
  checkout_id AS "checkoutId", provider, payment_id AS "paymentId", amount, currency, status,
  redirect_url AS "redirectUrl"`;

export async function findPayment(sql: Session, checkoutId: string): Promise<PaymentRow | undefined> {
  const [row] = await sql<
    PaymentRow[]
  >`SELECT ${columns(sql)} FROM payments WHERE checkout_id = ${checkoutId}`;
  return row;
}

/** By the provider's id, for events that name another checkout than the payment is for. */
export async function findByPaymentId(
  sql: Session,
  provider: ProviderName,
  paymentId: string,
): Promise<PaymentRow | undefined> {
  const [row] = await sql<PaymentRow[]>`
    SELECT ${columns(sql)} FROM payments WHERE provider = ${provider} AND payment_id = ${paymentId}`;
  return row;
}

const eventColumns = (sql: Session) => sql`
  provider, event_id AS id, type, payment_id AS "paymentId", checkout_id AS "checkoutId", amount, currency,
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, outcome`;

export async function findEvent(
  sql: Session,
  provider: ProviderName,
  eventId: string,
): Promise<RecordedEvent | undefined> {
  const [row] = await sql<RecordedEvent[]>`
    SELECT ${eventColumns(sql)} FROM payment_events WHERE provider = ${provider} AND event_id = ${eventId}`;
  return row;
}

/** Events about this payment that came before it. */
export const waitingEvents = (sql: Session, payment: PaymentRow): Promise<RecordedEvent[]> =>
  sql<RecordedEvent[]>`
    SELECT ${eventColumns(sql)} FROM payment_events
    WHERE outcome = 'unknown'
      AND (checkout_id = ${payment.checkoutId} OR (provider = ${payment.provider} AND payment_id = ${payment.paymentId}))
    ORDER BY received_at, event_id`.then((rows) => [...rows]);

/** The types of all events that count for a checkout. */
export async function appliedTypes(sql: Session, checkoutId: string): Promise<{ type: PaymentEventType }[]> {
  return await sql<{ type: PaymentEventType }[]>`
    SELECT DISTINCT type FROM payment_events WHERE checkout_id = ${checkoutId} AND outcome = 'applied'`;
}
