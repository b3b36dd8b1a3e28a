/**
 * Around every request: its id, CORS, one log line and one count when it is answered. The line holds the route's pattern and the
 * hashed owner; never bodies, tokens, cookies, query strings or e-mail addresses.
 */
import type { MiddlewareHandler } from 'hono';
import { REQUEST_ID } from '../../contract/headers.ts';
import type { AppEnv, Exchange } from '../exchange.ts';
import type { Logger } from '../log.ts';
import type { ApiMetrics } from '../metrics.ts';
import { corsHeaders } from './cors.ts';
import { requestIdOf } from './request-id.ts';

export interface FrameParts {
  log: Logger;
  metrics: ApiMetrics;
  allowedOrigins: readonly string[];
}

const PROBES = new Set(['GET /livez', 'GET /readyz', 'GET /metrics']);

function report(c: Exchange, { log, metrics }: FrameParts, durationMs: number): void {
  const { status } = c.res;
  const route = c.get('route') ?? 'unmatched';
  metrics.recordRequest(route, c.req.method, status, durationMs);
  const failure = c.get('failure');
  const level = PROBES.has(route)
    ? 'debug'
    : status < 500
      ? 'info'
      : failure === undefined
        ? 'warn'
        : 'error';
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      requestId: c.get('requestId'),
      method: c.req.method,
      route,
      status,
      ms: Math.round(durationMs * 10) / 10,
      code: c.get('code'),
      reason: c.get('reason'),
      owner: c.get('ownerHash'),
      ...(failure === undefined ? {} : { err: failure }),
    },
    'request',
  );
}

export const frame =
  (parts: FrameParts): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const startedAt = performance.now();
    c.set('requestId', requestIdOf(c.req.header(REQUEST_ID)));
    c.set('corsHeaders', corsHeaders(c.req.header('origin'), parts.allowedOrigins));
    await next();
    report(c, parts, performance.now() - startedAt);
  };
