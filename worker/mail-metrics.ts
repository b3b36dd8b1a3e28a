/**
 * What a worker's sender of mails counts, and how the outbox stands:
 *   cartwright_mails_total{purpose,outcome,reason}   outcome: sent, cancelled, postponed
 *   cartwright_outbox_due   cartwright_outbox_oldest_due_seconds   (of the whole outbox: take any worker's)
 */
import type { Meter } from '@opentelemetry/api';
import type { Backlog } from '../database/outbox.ts';
import type { MailOutcome } from './send-mail.ts';

export interface MailMetrics {
  recordMail(purpose: string, outcome: MailOutcome, reason?: string): void;
  /** Asked whenever somebody reads the metrics. */
  watchOutbox(read: () => Promise<Backlog>): void;
}

export function createMailMetrics(meter: Meter): MailMetrics {
  const mails = meter.createCounter('cartwright_mails_total', {
    description: 'Mails by what became of them; a cancelled one names its reason.',
  });
  const due = meter.createObservableGauge('cartwright_outbox_due', {
    description: 'Mails that should have gone by now.',
  });
  const oldest = meter.createObservableGauge('cartwright_outbox_oldest_due_seconds', {
    description: 'For how long the first of them has been due.',
  });
  for (const purpose of ['recovery', 'order_confirmation']) mails.add(0, { purpose, outcome: 'sent' });
  return {
    recordMail: (purpose, outcome, reason) =>
      mails.add(1, { purpose, outcome, ...(reason === undefined ? {} : { reason }) }),
    watchOutbox(read) {
      meter.addBatchObservableCallback(
        async (result) => {
          const backlog = await read().catch(() => undefined);
          if (!backlog) return;
          result.observe(due, backlog.due);
          result.observe(oldest, backlog.oldestDueMs / 1_000);
        },
        [due, oldest],
      );
    },
  };
}
