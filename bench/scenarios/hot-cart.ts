/**
 * Fifty clients add to one cart at once. The end state is checked: exactly the acknowledged units. The baseline is one minimal
 * workflow; of its fifty Updates the server takes ten at a time, and the others are tried again as quickly as ours would be.
 */
import { type Round, seen } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { alternate, failures, throughput } from '../stage/alternate.ts';
import { type Cart, addTo, bareUpdate, makeCarts, makeCounters, readOf } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

const CLIENTS = 50;
/** A line takes 999 units: twenty lines hold a few seconds of adds. */
const LINES = 20;

async function measureOurs(stage: Stage, origin: string) {
  const [cart] = (await makeCarts(stage, 1)) as [Cart];
  const requests = Array.from({ length: LINES }, (_, index) => addTo(origin, cart, index + 1));
  const loop = { clients: CLIENTS, durationMs: stage.size(4_000, 1_500) };
  const result = await stage.http({ requests, loop });
  const { totalQuantity } = await stage.read<{ totalQuantity: number }>(readOf(origin, cart));
  // The cart came with one unit.
  return throughput(result, { failures: failures(result), deviation: totalQuantity - 1 - result.ok });
}

async function measureBare(stage: Stage) {
  const [id = ''] = await makeCounters(stage, 1);
  // Two thousand Updates are all that one run may take.
  const loop = { clients: CLIENTS, durationMs: stage.size(4_000, 1_500), count: 1_900 };
  return throughput(await stage.http({ requests: [bareUpdate(stage, id)], loop }));
}

const only = (rounds: Round[], name: string): Round[] =>
  rounds.map((round) => ({ ours: seen(round, 'ours', name) }));

export const hotCart: Scenario = {
  id: 'hot-cart',
  title: 'Adds to one hot cart, 50 clients',
  async run(stage) {
    const [origin = ''] = stage.crew.origins();
    const rounds = await alternate(
      stage.rounds,
      () => measureOurs(stage, origin),
      () => measureBare(stage),
    );
    const none = { of: 'ours', is: 'atMost', bound: 0 } as const;
    return [
      {
        title: 'Adds to one hot cart, 50 clients',
        unit: '/s',
        rounds,
        target: { of: 'ratio', is: 'atLeast', bound: 5 },
        baseline: 'the same on one minimal workflow',
      },
      { title: '… errors', unit: '', rounds: only(rounds, 'failures'), over: 'max', target: none },
      {
        title: '… units in the cart beside those acknowledged',
        unit: '',
        rounds: only(rounds, 'deviation').map(({ ours }) => ({ ours: Math.abs(ours) })),
        over: 'max',
        target: none,
      },
    ];
  },
};
