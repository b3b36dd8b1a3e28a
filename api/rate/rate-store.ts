/**
 * Where budgets are counted: in this process, or in PostgreSQL, where all API processes share them. When PostgreSQL is away or slow, each
 * process counts for itself until it is back; a limit never makes the API wait for a database, and never lets everything pass.
 */
import { RateLimiterMemory, RateLimiterPostgres, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Sql } from '../../database/client.ts';

export interface RatePolicy {
  name: string;
  /** Requests in one window. */
  quota: number;
  windowMs: number;
}

export type CreateLimiter = (policy: RatePolicy) => RateLimiterAbstract;

const optionsOf = ({ name, quota, windowMs }: RatePolicy) => ({
  keyPrefix: name,
  points: quota,
  duration: windowMs / 1_000,
});

export const memoryLimiters: CreateLimiter = (policy) => new RateLimiterMemory(optionsOf(policy));

export interface PostgresStoreParts {
  sql: Sql;
  /** Told once for each outage. */
  onAway: (error: unknown) => void;
  /** Ms that one statement may take. */
  patienceMs?: number;
  /** Ms for which the store is left alone after it failed. */
  pauseMs?: number;
}

interface Statement {
  text: string;
  values: unknown[];
}

/** What the limiter takes for a client of node-postgres. Rejects at once during the pause, so that nobody waits for an absent store. */
function createQuery({ sql, onAway, patienceMs = 250, pauseMs = 2_000 }: PostgresStoreParts) {
  // Zero: it answers.
  let awayUntil = 0;
  return async ({ text, values }: Statement): Promise<{ rows: unknown[]; rowCount: number }> => {
    if (performance.now() < awayUntil) throw new Error('The store of the rate limits is being left alone.');
    // After the pause one statement tries for all.
    if (awayUntil > 0) awayUntil = performance.now() + pauseMs;
    const running = sql.unsafe(text, values as never[], { prepare: true });
    running.catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${patienceMs} ms.`)), patienceMs);
    });
    try {
      const rows = await Promise.race([running, late]);
      awayUntil = 0;
      return { rows: [...rows], rowCount: rows.count };
    } catch (error) {
      if (awayUntil === 0) onAway(error);
      awayUntil = performance.now() + pauseMs;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** One statement per budget and request, on the table of migration `rate_limits`. */
export function postgresLimiters(parts: PostgresStoreParts): CreateLimiter {
  const client = { query: createQuery(parts) };
  let isFirst = true;
  return (policy) => {
    // One of them sweeps the table for all.
    const clearExpiredByTimeout = isFirst;
    isFirst = false;
    return new RateLimiterPostgres({
      ...optionsOf(policy),
      storeClient: client,
      storeType: 'client',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout,
      // A budget that is spent is known to be spent: a flood does not reach the database.
      inMemoryBlockOnConsumed: policy.quota + 1,
      insuranceLimiter: memoryLimiters(policy),
    });
  };
}
