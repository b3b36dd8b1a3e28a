/** One shopper adds to a cart that is there: how long the answer takes, against the least that Temporal allows. */
import type { Round } from '../figure.ts';
import { quantile } from '../measure/statistics.ts';
import type { Scenario } from '../scenario.ts';
import { alternate, block } from '../stage/alternate.ts';
import { addTo, bareUpdate, makeCarts, makeCounters } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

const p50 = (latencies: number[]) => quantile(latencies, 0.5);

export const addToCart: Scenario = {
  id: 'add',
  title: 'Add to an existing cart, one client',
  async run(stage) {
    const [origin = ''] = stage.crew.origins();
    const loop = { clients: 1, count: stage.size(200, 60), warmUpCount: 20 };
    const direct: Round[] = [];
    const rounds = await alternate(
      stage.rounds,
      async () => {
        const [cart] = await makeCarts(stage, 1);
        const result = await stage.http({ requests: [addTo(origin, cart as never)], loop });
        return block(result, p50(result.latencies));
      },
      async () => {
        const [id = ''] = await makeCounters(stage, 1);
        const result = await stage.http({ requests: [bareUpdate(stage, id)], loop });
        direct.push(await directRound(stage, loop));
        return block(result, p50(result.latencies));
      },
    );
    return [
      {
        title: 'Add to an existing cart, 1 client, p50',
        unit: 'ms',
        rounds,
        target: { of: 'ratio', is: 'atMost', bound: 1.3 },
        baseline: 'a minimal Hono route that sends one Update to a minimal workflow',
      },
      { title: 'The bare Update without HTTP, 1 client, p50', unit: 'ms', rounds: direct },
    ];
  },
};

async function directRound(stage: Stage, loop: { clients: number; count: number }): Promise<Round> {
  const result = await stage.direct({ call: 'update', workflowIds: await makeCounters(stage, 1), loop });
  const { value, detail } = block(result, p50(result.latencies));
  return { ours: value, detail };
}
