/** Ten clients read carts of five lines, against one SELECT of the same rows by primary key. */
import type { Scenario } from '../scenario.ts';
import { alternate, throughput } from '../stage/alternate.ts';
import { bareRead, makeCarts, readOf } from '../stage/carts.ts';

const CARTS = 50;

export const readCart: Scenario = {
  id: 'read',
  title: 'GET /cart, 10 clients',
  async run(stage) {
    const [origin = ''] = stage.crew.origins();
    const carts = await makeCarts(stage, CARTS, 5);
    const loop = { clients: 10, durationMs: stage.size(4_000, 1_500), warmUpCount: 500 };
    const bare = carts.map((cart) => bareRead(stage, cart));
    const rounds = await alternate(
      stage.rounds,
      async () => throughput(await stage.http({ requests: carts.map((cart) => readOf(origin, cart)), loop })),
      async () => throughput(await stage.http({ requests: bare, loop })),
    );
    return [
      {
        title: 'GET /cart (5 lines), 10 clients',
        unit: '/s',
        rounds,
        target: { of: 'ratio', is: 'atLeast', bound: 0.6 },
        baseline: 'a minimal Hono route with one SELECT of the same row by primary key',
      },
    ];
  },
};
