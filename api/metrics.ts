/**
 * The API's metrics, one OpenTelemetry meter, read by Prometheus at /metrics:
 *   cart_http_requests_total{route,method,status}      cart_http_request_duration_seconds{route,method,status}
 *   cart_operations_total{kind,code}                   cart_idempotent_replays_total
 *   cart_load_duration_seconds{source}                 cart_save_duration_seconds{mode}
 *   cart_lane_length{kind="longest"|"waiting"|"lanes"} cart_message_requests
 *   cart_temporal_retries_total{code}                  cart_event_subscribers
 *   cart_rate_limited_total{policy}                    cart_rate_store_away_total
 *   cart_payment_events_total{provider,outcome}
 * `code` is `ok` or a code of the error catalogue; labels never hold anything that a caller chose.
 */
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';

/** How full the lanes of this process are. */
export interface LaneReading {
  /** Operations that wait in the fullest lane. */
  longest: number;
  /** Operations that wait in all lanes together. */
  waiting: number;
  lanes: number;
}

export interface ApiMetrics {
  recordRequest(route: string, method: string, status: number, durationMs: number): void;
  /** `code`: `ok` or why the operation was refused. */
  recordOperation(kind: string, code: string): void;
  recordReplay(): void;
  /** `source`: `projection`, `workflow` or `absent`. */
  recordCartLoad(durationMs: number, source: string): void;
  /** `mode`: `update`, `signal` or `merge`. */
  recordCartSave(durationMs: number, mode: string): void;
  recordTemporalRetry(code: string): void;
  /** A budget refused a request. */
  recordRateLimited(policy: string): void;
  /** The store of the rate limits did not answer. */
  recordRateStoreAway(): void;
  /** `outcome`: `applied`, `repeated`, `unknown`, `mismatch`, `ignored` or `refused`. */
  recordPaymentEvent(provider: string, outcome: string): void;
  /** How many requests travelled together in one Update. */
  recordMessage(requests: number): void;
  /** Asks for the lanes at each scrape. */
  observeLanes(read: () => LaneReading): void;
  observeSubscribers(read: () => number): void;
  /** The Prometheus text. */
  collect(): Promise<string>;
  close(): Promise<void>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const REQUESTS = [1, 2, 5, 10, 20, 50];

const buckets = (instrumentName: string, boundaries: number[]) => ({
  instrumentName,
  aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM as const, options: { boundaries } },
});

/** One per process; several are independent of each other. */
export function createMetrics(): ApiMetrics {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const provider = new MeterProvider({
    readers: [reader],
    views: [buckets('*_duration_seconds', SECONDS), buckets('cart_message_requests', REQUESTS)],
  });
  const meter = provider.getMeter('cartwright-api');
  const requests = meter.createCounter('cart_http_requests_total', { description: 'Answered requests.' });
  const requestTime = meter.createHistogram('cart_http_request_duration_seconds', {
    description: 'Time from the request line to the start of the answer.',
  });
  const operations = meter.createCounter('cart_operations_total', {
    description: 'Cart operations by what became of them.',
  });
  const replays = meter.createCounter('cart_idempotent_replays_total', {
    description: 'Writes that had been applied before.',
  });
  const loads = meter.createHistogram('cart_load_duration_seconds', { description: 'Time to read a cart.' });
  const saves = meter.createHistogram('cart_save_duration_seconds', {
    description: 'Time until Temporal has answered for a write.',
  });
  const retries = meter.createCounter('cart_temporal_retries_total', {
    description: 'Messages to Temporal that were sent again.',
  });
  const limited = meter.createCounter('cart_rate_limited_total', {
    description: 'Requests that a budget refused.',
  });
  const storeAway = meter.createCounter('cart_rate_store_away_total', {
    description: 'Times that the store of the rate limits did not answer.',
  });
  const paymentEvents = meter.createCounter('cart_payment_events_total', {
    description: 'Webhooks of payment providers by what became of them.',
  });
  const messageRequests = meter.createHistogram('cart_message_requests', {
    description: 'Requests that travelled together in one Update.',
  });
  return {
    recordRequest(route, method, status, durationMs) {
      const labels = { route, method, status: String(status) };
      requests.add(1, labels);
      requestTime.record(durationMs / 1_000, labels);
    },
    recordOperation: (kind, code) => operations.add(1, { kind, code }),
    recordReplay: () => replays.add(1),
    recordCartLoad: (durationMs, source) => loads.record(durationMs / 1_000, { source }),
    recordCartSave: (durationMs, mode) => saves.record(durationMs / 1_000, { mode }),
    recordTemporalRetry: (code) => retries.add(1, { code }),
    recordRateLimited: (policy) => limited.add(1, { policy }),
    recordRateStoreAway: () => storeAway.add(1),
    recordPaymentEvent: (provider, outcome) => paymentEvents.add(1, { provider, outcome }),
    recordMessage: (count) => messageRequests.record(count),
    observeLanes(read) {
      const gauge = meter.createObservableGauge('cart_lane_length', { description: 'Writes that wait.' });
      gauge.addCallback((result) => {
        for (const [kind, value] of Object.entries(read())) result.observe(value as number, { kind });
      });
    },
    observeSubscribers(read) {
      const gauge = meter.createObservableGauge('cart_event_subscribers', {
        description: 'Open streams of GET /cart/events.',
      });
      gauge.addCallback((result) => result.observe(read()));
    },
    async collect() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
    close: () => provider.shutdown(),
  };
}
