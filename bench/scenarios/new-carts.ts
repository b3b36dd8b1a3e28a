/** Ten clients, each request a shopper who has no cart yet: the cart comes into being and takes its first line in one message. */
import { seen } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { alternate, throughput } from '../stage/alternate.ts';
import { bareStart, firstAdd, freshCounterIds } from '../stage/carts.ts';

const CLIENTS = 10;

export const newCarts: Scenario = {
  id: 'new-carts',
  title: 'New cart and first add, 10 clients',
  async run(stage) {
    const [origin = ''] = stage.crew.origins();
    const loop = { clients: CLIENTS, count: stage.size(300, 80) };
    const rounds = await alternate(
      stage.rounds,
      async () => throughput(await stage.http({ requests: [firstAdd(origin)], loop })),
      async () => {
        const requests = freshCounterIds(loop.count).map((id) => bareStart(stage, id));
        return throughput(await stage.http({ requests, loop }));
      },
    );
    return [
      {
        title: 'New cart + first add, 10 clients',
        unit: '/s',
        rounds,
        target: { of: 'ratio', is: 'atLeast', bound: 0.85 },
        baseline: 'a minimal Hono route that sends one Update-with-Start to a new minimal workflow',
      },
      {
        title: '… the slowest',
        unit: 'ms',
        rounds: rounds.map((round) => ({
          ours: seen(round, 'ours', 'max'),
          bare: seen(round, 'bare', 'max'),
        })),
        over: 'max',
        target: { of: 'ours', is: 'atMost', bound: 1_000 },
      },
    ];
  },
};
