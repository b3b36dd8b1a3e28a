/**
 * What rate limits cost each request: the same reads with and without them, counted in the process and in PostgreSQL. Reads, because there
 * the share is largest; a change counts against three budgets instead of two.
 */
import type { Figure } from '../figure.ts';
import { processorMs } from '../measure/process-usage.ts';
import type { Scenario } from '../scenario.ts';
import { alternate, type Block, throughput } from '../stage/alternate.ts';
import { makeCarts, readOf } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

const PLAIN = 'api-1';
const LIMITED = 'api-2';

/** On, and never reached. */
const settings = (store: string): Record<string, string> => ({
  RATE_LIMITS: 'on',
  RATE_LIMIT_STORE: store,
  RATE_LIMIT_PER_MINUTE: '1000000',
  RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
});

async function compare(stage: Stage, store: 'memory' | 'postgres'): Promise<Figure[]> {
  await stage.crew.renew(LIMITED, settings(store));
  const carts = await makeCarts(stage, 20, 5);
  const [plain = '', limited = ''] = stage.crew.origins(2);
  const block = (name: string, origin: string) => async (): Promise<Block> => {
    const loop = { clients: 10, durationMs: stage.size(4_000, 1_500), warmUpCount: 300 };
    const before = processorMs(stage.crew.pid(name));
    const result = await stage.http({ requests: carts.map((cart) => readOf(origin, cart)), loop });
    // The requests of the warm-up cost as much as the others.
    const perRequest = (processorMs(stage.crew.pid(name)) - before) / (result.ok + loop.warmUpCount);
    return throughput(result, { processorMs: Math.round(perRequest * 1_000) / 1_000 });
  };
  const rounds = await alternate(stage.rounds, block(LIMITED, limited), block(PLAIN, plain));
  const seen = (side: 'ours' | 'bare', detail: Record<string, unknown> | undefined): number =>
    Number((detail?.[side] as Record<string, unknown> | undefined)?.processorMs);
  return [
    {
      title: `GET /cart, limits counted in ${store}`,
      unit: '/s',
      rounds,
      target: { of: 'ratio', is: 'atLeast', bound: store === 'memory' ? 0.9 : 0.5 },
      baseline: 'the same API with RATE_LIMITS=off',
    },
    {
      title: `API processor time of GET /cart, limits counted in ${store}`,
      unit: 'ms',
      rounds: rounds.map(({ detail }) => ({ ours: seen('ours', detail), bare: seen('bare', detail) })),
      baseline: 'the same API with RATE_LIMITS=off',
    },
  ];
}

export const rateLimits: Scenario = {
  id: 'rate',
  title: 'Cost of rate limits for each request',
  async run(stage) {
    await stage.crew.keep({ workers: 1, apis: 2 });
    try {
      return [...(await compare(stage, 'memory')), ...(await compare(stage, 'postgres'))];
    } finally {
      await stage.crew.renew(LIMITED);
    }
  },
};
