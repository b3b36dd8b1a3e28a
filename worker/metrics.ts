/**
 * The worker's own metrics, beside those of Temporal's SDK: one OpenTelemetry meter, read by Prometheus at /metrics:
 *   cartwright_reconcile_mismatches_total{kind,repaired}   cartwright_reconcile_runs_total{status}
 *   cartwright_reconcile_last_run_timestamp_seconds        cartwright_reconcile_last_run{count}
 *   cartwright_carts_abandoned_total   cartwright_recovery_mails_promised_total{step}   cartwright_carts_recovered_total{by}
 *   cartwright_retention_deleted_rows_total{table}         cartwright_retention_runs_total{status}
 *   cartwright_retention_last_success_timestamp_seconds
 * and those of worker/mail-metrics.ts and worker/alarm-metrics.ts. Each worker counts what it did itself: sum the counters over workers, take the newest of the gauges.
 */
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ReconcileMetrics } from '../activities/create-reconcile-activities.ts';
import type { RecoveryMetrics } from '../activities/promise-recovery-mail.ts';
import type { RetentionMetrics } from '../activities/create-retention-activities.ts';
import { MISMATCH_KINDS } from '../contract/reconcile.ts';
import { createAlarmMetrics, type AlarmMetrics } from './alarm-metrics.ts';
import { createMailMetrics, type MailMetrics } from './mail-metrics.ts';
import { RETENTION_TABLES } from '../contract/retention.ts';

type Meter = ReturnType<MeterProvider['getMeter']>;

export interface WorkerMetrics
  extends ReconcileMetrics,
    RecoveryMetrics,
    RetentionMetrics,
    MailMetrics,
    AlarmMetrics {
  /** The Prometheus text. */
  collect(): Promise<string>;
  close(): Promise<void>;
}

/** One per process; several are independent of each other. */
export function createWorkerMetrics(): WorkerMetrics {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('cartwright-worker');
  return {
    ...reconcileMetrics(meter),
    ...recoveryMetrics(meter),
    ...retentionMetrics(meter),
    ...createMailMetrics(meter),
    ...createAlarmMetrics(meter),
    async collect() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
    close: () => provider.shutdown(),
  };
}

function reconcileMetrics(meter: Meter): ReconcileMetrics {
  const mismatches = meter.createCounter('cartwright_reconcile_mismatches_total', {
    description: 'Rows of the read model that were found wrong.',
  });
  const runs = meter.createCounter('cartwright_reconcile_runs_total', {
    description: 'Comparisons of the read model with the carts, by how they ended.',
  });
  const lastAt = meter.createGauge('cartwright_reconcile_last_run_timestamp_seconds', {
    description: 'When the last comparison finished.',
  });
  const last = meter.createGauge('cartwright_reconcile_last_run', {
    description: 'What the last comparison counted.',
  });
  // An alert on growth needs the zero before the first mismatch.
  for (const kind of MISMATCH_KINDS) mismatches.add(0, { kind, repaired: 'true' });
  return {
    recordMismatch: (kind, isRepaired) => mismatches.add(1, { kind, repaired: String(isRepaired) }),
    recordRun(status, tally) {
      runs.add(1, { status });
      if (status !== 'finished') return;
      lastAt.record(Date.now() / 1_000);
      const { rows, carts, asked, repaired, unrepaired, unanswered, unsettled } = tally;
      const counts = { rows, carts, asked, repaired, unrepaired, unanswered, unsettled };
      for (const [count, value] of Object.entries(counts)) last.record(value, { count });
    },
  };
}

function recoveryMetrics(meter: Meter): RecoveryMetrics {
  const abandoned = meter.createCounter('cartwright_carts_abandoned_total', {
    description: 'Carts whose shopper has been away for the first delay.',
  });
  const promised = meter.createCounter('cartwright_recovery_mails_promised_total', {
    description: 'Recovery e-mails put into the outbox, by their place in the absence.',
  });
  const recovered = meter.createCounter('cartwright_carts_recovered_total', {
    description: 'Abandoned carts whose shopper came back, by what told.',
  });
  for (const by of ['change', 'link', 'visit']) recovered.add(0, { by });
  abandoned.add(0);
  return {
    recordAbandoned: () => abandoned.add(1),
    recordPromised: (step) => promised.add(1, { step: String(step) }),
    recordRecovered: (by) => recovered.add(1, { by }),
  };
}

function retentionMetrics(meter: Meter): RetentionMetrics {
  const deleted = meter.createCounter('cartwright_retention_deleted_rows_total', {
    description: 'Rows that were not needed any more, and are deleted.',
  });
  const runs = meter.createCounter('cartwright_retention_runs_total', {
    description: 'Runs of retention, by how they ended.',
  });
  const lastAt = meter.createGauge('cartwright_retention_last_success_timestamp_seconds', {
    description: 'When the last run of retention did all it had to.',
  });
  for (const table of RETENTION_TABLES) deleted.add(0, { table });
  return {
    recordDeleted: (table, rows) => deleted.add(rows, { table }),
    recordRetention(status) {
      runs.add(1, { status });
      if (status === 'finished') lastAt.record(Date.now() / 1_000);
    },
  };
}
