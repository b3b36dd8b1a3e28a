/**
 * Cross-origin reading for the storefronts on the allow-list, exact origins only, never `*`. Says nothing to others; whether a
 * request may change something is the CSRF guard's question.
 */
import type { Exchange } from '../exchange.ts';

const EXPOSED = [
  'ETag',
  'Location',
  'Retry-After',
  'Idempotent-Replayed',
  'Preference-Applied',
  'Cart-Token',
  'X-Request-Id',
  'RateLimit',
  'RateLimit-Policy',
].join(', ');

const ACCEPTED = [
  'Authorization',
  'Content-Type',
  'Cart-Token',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'Order-Token',
  'Prefer',
  'X-Request-Id',
].join(', ');

/** Headers for this request's answer; undefined where CORS is not in play. */
export function corsHeaders(origin: string | undefined, allowed: readonly string[]) {
  if (allowed.length === 0) return undefined;
  if (origin === undefined || !allowed.includes(origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': EXPOSED,
    // The pages of the allow-list may embed what they may read.
    'cross-origin-resource-policy': 'cross-origin',
  };
}

/** True for the question that a browser asks before a cross-origin request. */
export const isPreflight = (c: Exchange): boolean =>
  c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined;

/** The further headers of a preflight's answer, for an origin on the list. */
export const preflightHeaders = (methods: readonly string[]): Record<string, string> => ({
  'access-control-allow-methods': methods.join(', '),
  'access-control-allow-headers': ACCEPTED,
  'access-control-max-age': '600',
});
