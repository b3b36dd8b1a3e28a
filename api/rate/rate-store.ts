/**
 * Where budgets are counted: in this process, or in PostgreSQL, where all API processes share them. When PostgreSQL is away or slow, each
 * process counts for itself until it is back; a limit never makes the API wait for a database, and never lets everything pass.
 */
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { createQuery, type StoreParts } from './rate-query.ts';

export interface RatePolicy {
  name: string;
  /** Requests in one window. */
  quota: number;
  windowMs: number;
}

/** What one key has consumed in its window, this request included, and how long the window goes on. */
export interface Consumed {
  points: number;
  resetMs: number;
}

export type Consume = (key: string) => Promise<Consumed>;

/** One counter for each policy. */
export type CreateCounter = (policy: RatePolicy) => Consume;

const optionsOf = ({ name, quota, windowMs }: RatePolicy) => ({
  keyPrefix: name,
  points: quota,
  duration: windowMs / 1_000,
});

type Limiter = Pick<RateLimiterMemory, 'consume'>;

/** Over the quota is a rejection to the limiter, and a number like any other here. */
async function consume(limiter: Limiter, key: string, points: number): Promise<Consumed> {
  const result = await limiter.consume(key, points).catch((error: unknown) => {
    if (error instanceof RateLimiterRes) return error;
    throw error;
  });
  return { points: result.consumedPoints, resetMs: Math.max(0, result.msBeforeNext) };
}

export const memoryCounters: CreateCounter = (policy) => {
  const limiter = new RateLimiterMemory(optionsOf(policy));
  return (key) => consume(limiter, key, 1);
};

interface Waiting {
  resolve: (consumed: Consumed) => void;
  reject: (reason: unknown) => void;
}

/** One statement for each key at a time: requests that come meanwhile are counted together by the next, each with its own number. */
function inBatches(limiter: Limiter): Consume {
  const lanes = new Map<string, Waiting[]>();
  async function drain(key: string, lane: Waiting[]): Promise<void> {
    while (lane.length > 0) {
      const batch = lane.splice(0);
      try {
        const { points, resetMs } = await consume(limiter, key, batch.length);
        const before = points - batch.length;
        for (const [index, { resolve }] of batch.entries()) resolve({ points: before + index + 1, resetMs });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    lanes.delete(key);
  }
  return (key) =>
    new Promise((resolve, reject) => {
      const lane = lanes.get(key);
      if (lane) return void lane.push({ resolve, reject });
      const fresh = [{ resolve, reject }];
      lanes.set(key, fresh);
      void drain(key, fresh);
    });
}

/** On the table of migration `rate_limits`. */
export function postgresCounters(parts: StoreParts): CreateCounter {
  const storeClient = { query: createQuery(parts) };
  let isFirst = true;
  return (policy) => {
    // One of them sweeps the table for all.
    const clearExpiredByTimeout = isFirst;
    isFirst = false;
    const store = new RateLimiterPostgres({
      ...optionsOf(policy),
      storeClient,
      storeType: 'client',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout,
    });
    const countHere = memoryCounters(policy);
    const countThere = inBatches(store);
    return async (key) => {
      const here = await countHere(key);
      // What is too much for one process is too much for all: a flood does not reach the database.
      if (here.points > policy.quota) return here;
      return await countThere(key).catch(() => here);
    };
  };
}
