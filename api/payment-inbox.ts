/**
 * Payment events on their way in: written down with their effect, answered, and then handed on to the checkout. An event that could not be
 * handed on, or whose process died in between, is handed on again by whichever API process looks next.
 */
import type { PaymentEvent, ProviderName } from '../contract/payments.ts';
import type { Sql } from '../database/client.ts';
import { claimDueEvents, type DueEvent, markDelivered } from '../database/payment-deliveries.ts';
import { recordPaymentEvent, type Recorded } from '../database/payments.ts';
import type { Logger } from './log.ts';

/**
 * Tells the checkout's workflow. Resolves when it is told, or when there is none that could be told any more. Called again with the same
 * event after a crash, so telling must be idempotent: the event's id is the key.
 */
export type OnPaymentEvent = (event: DueEvent) => Promise<void>;

export interface PaymentInbox {
  /** Settled as soon as the event is safe; it is handed on afterwards. */
  receive(provider: ProviderName, event: PaymentEvent): Promise<Recorded>;
  /** Begins to look for events that nobody was told about. */
  start(): void;
  /** Looks once. Answers how many were handed on. */
  deliverDue(): Promise<number>;
  /** Stops looking; waits for what is being handed on. */
  close(): Promise<void>;
}

export interface PaymentInboxParts {
  sql: Sql;
  log: Logger;
  /** Absent: events are kept until there is somebody to tell. */
  onPaymentEvent?: OnPaymentEvent | undefined;
  /** Ms between two looks. */
  lookEveryMs?: number;
}

const BATCH = 50;

export function createPaymentInbox(parts: PaymentInboxParts): PaymentInbox {
  const { sql, log, onPaymentEvent, lookEveryMs = 1_000 } = parts;
  const underWay = new Set<Promise<boolean>>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function tell(event: DueEvent): Promise<boolean> {
    try {
      await onPaymentEvent?.(event);
      await markDelivered(sql, event.provider, event.id);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      log.warn({ eventId: event.id, checkoutId: event.checkoutId, reason }, 'a payment event is told later');
      return false;
    }
  }

  function track(work: Promise<boolean>): Promise<boolean> {
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  }

  async function deliverDue(): Promise<number> {
    if (!onPaymentEvent) return 0;
    const due = await claimDueEvents(sql, BATCH);
    const told = await Promise.all(due.map((event) => track(tell(event))));
    return told.filter(Boolean).length;
  }

  async function look(): Promise<void> {
    // With the database away there is nothing to hand on; the next look finds it again.
    await deliverDue().catch((error: unknown) => log.debug({ err: error }, 'payment events cannot be read'));
    if (!isClosed) timer = setTimeout(() => void look(), lookEveryMs).unref();
  }

  return {
    async receive(provider, event) {
      const recorded = await recordPaymentEvent(sql, provider, event);
      const isNews = recorded.outcome === 'applied' && !recorded.isRepeated;
      if (isNews && onPaymentEvent && !isClosed) void track(tell({ ...event, provider }));
      return recorded;
    },
    start() {
      if (onPaymentEvent && !timer) timer = setTimeout(() => void look(), lookEveryMs).unref();
    },
    deliverDue,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await Promise.allSettled(underWay);
    },
  };
}
