/** What a cart of a hundred lines costs beside a cart of one: to add a unit, and to read. */
import type { Figure } from '../figure.ts';
import { quantile } from '../measure/statistics.ts';
import type { Scenario } from '../scenario.ts';
import type { RequestSpec } from '../load/job.ts';
import { alternate, block } from '../stage/alternate.ts';
import { type Cart, addTo, makeCarts, readOf } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

const LINES = 100;

interface Question {
  title: string;
  count: number;
  request: (cart: Cart) => RequestSpec;
}

async function compare(stage: Stage, { title, count, request }: Question): Promise<Figure> {
  const p50 = async (lines: number) => {
    const carts = await makeCarts(stage, 2, lines);
    const loop = { clients: 1, count, warmUpCount: 20 };
    const result = await stage.http({ requests: carts.map(request), loop });
    return block(result, quantile(result.latencies, 0.5));
  };
  return {
    title,
    unit: 'ms',
    rounds: await alternate(
      stage.rounds,
      () => p50(LINES),
      () => p50(1),
    ),
    target: { of: 'ratio', is: 'atMost', bound: 1.3 },
    baseline: 'our own cart of one line',
  };
}

export const longCart: Scenario = {
  id: 'long-cart',
  title: 'A cart of 100 lines against one of 1 line',
  async run(stage) {
    const [origin = ''] = stage.crew.origins();
    return [
      await compare(stage, {
        title: 'Add to a cart of 100 lines, 1 client, p50',
        count: stage.size(100, 40),
        request: (cart) => addTo(origin, cart),
      }),
      await compare(stage, {
        title: 'Read a cart of 100 lines, 1 client, p50',
        count: stage.size(400, 150),
        request: (cart) => readOf(origin, cart),
      }),
    ];
  },
};
