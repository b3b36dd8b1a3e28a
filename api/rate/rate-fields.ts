/**
 * The answer's `RateLimit-Policy` and `RateLimit` fields: lists of structured fields, one member for each budget that the request was
 * counted against. No partition keys: whose budget it is, the caller knows, and nobody else must.
 * Source: https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-10.txt
 */

/** What is left of one budget. */
export interface RateReading {
  policy: string;
  /** Requests in one window. */
  quota: number;
  windowMs: number;
  remaining: number;
  /** Until the window ends. */
  resetMs: number;
  /** This request was one too many. */
  isOver: boolean;
}

const seconds = (ms: number): number => Math.max(0, Math.ceil(ms / 1_000));

/** No fields where nothing was counted. Times are whole seconds, rounded up: who waits that long is not refused again. */
export function rateFields(readings: readonly RateReading[] | undefined): Record<string, string> {
  if (readings === undefined || readings.length === 0) return {};
  return {
    'ratelimit-policy': readings
      .map(({ policy, quota, windowMs }) => `"${policy}";q=${quota};w=${seconds(windowMs)}`)
      .join(', '),
    ratelimit: readings
      .map(({ policy, remaining, resetMs }) => `"${policy}";r=${remaining};t=${seconds(resetMs)}`)
      .join(', '),
  };
}
