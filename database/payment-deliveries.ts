/**
 * Payment events on their way from the database to the checkout's workflow. What is not marked as delivered is handed out again, to
 * one process at a time, with growing pauses.
 */
import type { Sql } from './client.ts';
import type { PaymentEvent, ProviderName } from '../contract/payments.ts';

/** One event to hand on; `checkoutId` says to whom. */
export interface DueEvent extends PaymentEvent {
  provider: ProviderName;
}

/** Takes up to `limit` events that are due. Each is left alone by others until its next attempt: 1 s, 2 s, 4 s, at most a minute. */
export const claimDueEvents = async (sql: Sql, limit: number): Promise<DueEvent[]> => [
  ...(await sql<DueEvent[]>`
    UPDATE payment_events AS event SET
      attempts = attempts + 1, next_attempt_at = now() + least(60, 2 ^ least(attempts, 10)) * interval '1 second'
    FROM (
      SELECT provider, event_id FROM payment_events
      WHERE outcome = 'applied' AND delivered_at IS NULL AND next_attempt_at <= now()
      ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE event.provider = due.provider AND event.event_id = due.event_id
    RETURNING event.provider, event.event_id AS id, event.type, event.payment_id AS "paymentId",
      event.checkout_id AS "checkoutId", event.amount, event.currency,
      to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`),
];

/** Marked twice, the first time stays. */
export async function markDelivered(sql: Sql, provider: ProviderName, eventId: string): Promise<void> {
  await sql`
    UPDATE payment_events SET delivered_at = now()
    WHERE provider = ${provider} AND event_id = ${eventId} AND delivered_at IS NULL`;
}
