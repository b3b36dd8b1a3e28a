/** Many shoppers add to many carts. Every client keeps to carts of its own, so that no two adds ever travel together. */
import type { Figure } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { alternate, throughput } from '../stage/alternate.ts';
import { addTo, bareUpdate, makeCarts, makeCounters } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

const CARTS = 50;

async function measure(stage: Stage, clients: number): Promise<Figure> {
  const [origin = ''] = stage.crew.origins();
  const loop = { clients, durationMs: stage.size(5_000, 2_000), warmUpCount: clients * 2 };
  const rounds = await alternate(
    stage.rounds,
    async () => {
      const carts = await makeCarts(stage, CARTS);
      return throughput(await stage.http({ requests: carts.map((cart) => addTo(origin, cart)), loop }));
    },
    async () => {
      const ids = await makeCounters(stage, CARTS);
      return throughput(await stage.http({ requests: ids.map((id) => bareUpdate(stage, id)), loop }));
    },
  );
  return {
    title: `Adds over ${CARTS} carts, ${clients} clients`,
    unit: '/s',
    rounds,
    target: { of: 'ratio', is: 'atLeast', bound: 0.85 },
    baseline: 'the same over 50 minimal workflows',
  };
}

export const manyCarts: Scenario = {
  id: 'many-carts',
  title: 'Adds over 50 carts, 10 and 50 clients',
  run: async (stage) => [await measure(stage, 10), await measure(stage, 50)],
};
