/** What a load generator is asked to do, and what it saw. Plain JSON: it crosses a process border. */

export interface RequestSpec {
  origin: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Sends a fresh Idempotency-Key with each repetition. */
  hasKey?: boolean;
}

interface Extent {
  /** Ends after this many requests in all, or after this time, whichever comes first. */
  count?: number;
  durationMs?: number;
  /** What was sent but not yet counted, so that connections and caches are warm. */
  warmUpCount?: number;
}

/**
 * Closed loop: each client sends its next request when the last was answered. With a duration, client i of c takes requests i, i+c,
 * i+2c, … and begins anew at the end, so that no two clients ever send the same one where c divides their number. With a count
 * alone, clients take the requests in order, so that a count as large as their number sends each of them once.
 */
export interface ClosedLoop extends Extent {
  clients: number;
}

/** Open loop: requests start at fixed times whatever becomes of the earlier ones; latency counts from that time. */
export interface OpenLoop {
  perSecond: number;
  durationMs: number;
}

export interface HttpJob {
  requests: RequestSpec[];
  loop: ClosedLoop | OpenLoop;
  /** Response header whose values are handed back, in the order of the requests. */
  captureHeader?: string;
}

/** The same closed loop by the Temporal client alone, without HTTP. */
export interface DirectJob {
  call: 'update' | 'updateWithStart';
  workflowIds: string[];
  loop: ClosedLoop;
}

export interface LoadResult {
  /** Milliseconds of each request that succeeded, in order of completion. */
  latencies: number[];
  wallMs: number;
  ok: number;
  /** Requests by what was wrong with them. */
  errors: Record<string, number>;
  captured: string[];
}
