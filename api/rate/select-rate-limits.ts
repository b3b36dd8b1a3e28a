/** The rate limits that the settings ask for. */
import type { Config } from '../../config.ts';
import type { Sql } from '../../database/client.ts';
import type { Logger } from '../log.ts';
import type { ApiMetrics } from '../metrics.ts';
import { createRateLimits, NO_RATE_LIMITS, type RateLimits } from './rate-limits.ts';
import { memoryCounters, postgresCounters } from './rate-store.ts';

export interface RateParts {
  config: Config;
  sql: Sql;
  log: Logger;
  metrics: ApiMetrics;
  /** One minute; tests shorten it. */
  windowMs?: number;
}

/** None with RATE_LIMITS=off. Connects to nothing by itself. */
export function selectRateLimits({ config, sql, log, metrics, windowMs }: RateParts): RateLimits {
  if (!config.RATE_LIMITS) return NO_RATE_LIMITS;
  const onAway = (error: unknown) => {
    metrics.recordRateStoreAway();
    const reason = error instanceof Error ? error.message : 'unknown';
    log.warn({ reason }, 'rate limits are counted by this process alone: their store does not answer');
  };
  return createRateLimits({
    config,
    createCounter:
      config.RATE_LIMIT_STORE === 'postgres' ? postgresCounters({ sql, onAway }) : memoryCounters,
    onLimited: (policy) => metrics.recordRateLimited(policy),
    ...(windowMs === undefined ? {} : { windowMs }),
  });
}
