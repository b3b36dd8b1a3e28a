/**
 * The budgets and who spends them. A request counts against its caller (all requests, and writes once more) and against its address;
 * a caller without a credential is its address. New guests' carts and refused credentials have budgets of their own, by address.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Config } from '../../config.ts';
import type { Exchange } from '../exchange.ts';
import type { Caller } from '../identity/caller.ts';
import { Problem } from '../problem.ts';
import { createClientAddress } from './client-address.ts';
import type { RateReading } from './rate-fields.ts';
import type { Consume, CreateCounter, RatePolicy } from './rate-store.ts';

/** Each throws `rate_limited` where a budget is spent, and puts what is left on the answer. */
export interface RateLimits {
  /** Counts one admitted request. */
  admit(c: Exchange, kind: 'read' | 'write', caller: Caller): Promise<void>;
  /** Before a guest is made, whose first write starts a cart. */
  admitNewCart(c: Exchange): Promise<void>;
  /** After a credential was refused. Good credentials of the same address go on: neighbours must not suffer. */
  countRefusedCredential(c: Exchange, isForged: boolean): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** RATE_LIMITS=off. */
export const NO_RATE_LIMITS: RateLimits = {
  admit: nothing,
  admitNewCart: nothing,
  countRefusedCredential: nothing,
};

export interface RateLimitParts {
  config: Config;
  createCounter: CreateCounter;
  /** Told which budget refused a request. */
  onLimited: (policy: string) => void;
  /** One minute; tests shorten it. */
  windowMs?: number;
}

const quotas = (config: Config) => ({
  requests: config.RATE_LIMIT_PER_MINUTE,
  writes: config.RATE_LIMIT_WRITES_PER_MINUTE,
  address: config.RATE_LIMIT_ADDRESS_PER_MINUTE,
  'new-carts': config.RATE_LIMIT_NEW_CARTS_PER_MINUTE,
  'refused-credentials': config.RATE_LIMIT_REFUSED_CREDENTIALS_PER_MINUTE,
});
type PolicyName = keyof ReturnType<typeof quotas>;

interface Budget {
  policy: RatePolicy;
  consume: Consume;
}

async function spendOne({ policy, consume }: Budget, key: string): Promise<RateReading> {
  const { points, resetMs } = await consume(key);
  return {
    policy: policy.name,
    quota: policy.quota,
    windowMs: policy.windowMs,
    remaining: Math.max(0, policy.quota - points),
    resetMs,
    isOver: points > policy.quota,
  };
}

function createBudgets({ config, createCounter, windowMs = 60_000 }: RateLimitParts) {
  const entries = Object.entries(quotas(config)).map(([name, quota]) => {
    const policy = { name, quota, windowMs };
    return [name, { policy, consume: createCounter(policy) }] as const;
  });
  return new Map<string, Budget>(entries);
}

/** The limits of one process. Addresses are hashed before they are counted: a store holds no personal data. */
export function createRateLimits(parts: RateLimitParts): RateLimits {
  const { config, onLimited } = parts;
  const budgets = createBudgets(parts);
  const clientAddress = createClientAddress(config.TRUSTED_PROXIES);
  const secret =
    config.OWNER_HASH_KEY === undefined ? randomBytes(32) : Buffer.from(config.OWNER_HASH_KEY, 'base64url');

  function addressKey(c: Exchange): string {
    const remote = c.env?.incoming?.socket.remoteAddress;
    const address = clientAddress(remote, c.req.header('x-forwarded-for'));
    return createHmac('sha256', secret).update(`address:${address}`).digest('base64url').slice(0, 32);
  }

  /** Counts against all of them at once, and tells the worst. */
  async function spend(c: Exchange, costs: readonly (readonly [PolicyName, string])[]): Promise<void> {
    const readings = await Promise.all(
      costs.map(([name, key]) => spendOne(budgets.get(name) as Budget, key)),
    );
    c.set('rateReadings', [...(c.get('rateReadings') ?? []), ...readings]);
    const spent = readings.filter(({ isOver }) => isOver);
    if (spent.length === 0) return;
    for (const { policy } of spent) onLimited(policy);
    throw new Problem('rate_limited', 'Too many requests; wait a moment.', {
      retryAfterMs: Math.max(...spent.map(({ resetMs }) => resetMs)),
      violatedPolicies: spent.map(({ policy }) => policy),
    });
  }

  return {
    async admit(c, kind, caller) {
      const address = addressKey(c);
      const principal = caller.operator ?? caller.owner?.ownerHash ?? address;
      const writes = kind === 'write' ? ([['writes', principal]] as const) : [];
      await spend(c, [['requests', principal], ...writes, ['address', address]]);
    },
    admitNewCart: (c) => spend(c, [['new-carts', addressKey(c)]]),
    async countRefusedCredential(c, isForged) {
      const address = addressKey(c);
      const refused = isForged ? ([['refused-credentials', address]] as const) : [];
      await spend(c, [['address', address], ...refused]);
    },
  };
}
