/**
 * A worker is killed with SIGKILL while it holds about half of the carts; another one, as busy before, is alive. The first operation
 * on each cart comes at once, all together: those of the dead worker wait until the server gives it up and the other has loaded them.
 */
import type { Round } from '../figure.ts';
import { describeLatency } from '../measure/statistics.ts';
import type { Scenario } from '../scenario.ts';
import { failures } from '../stage/alternate.ts';
import { addTo, makeCarts } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

const CARTS = 40;
/** The server waits this long for the worker that holds a cart (`stickyQueueScheduleToStartTimeout`). */
const STICKY_MS = 900;
/** Adds to each cart beforehand, so that there is something to load. */
const ADDS = 9;

async function killAndAdd(stage: Stage): Promise<Round> {
  const [origin = ''] = stage.crew.origins();
  await stage.crew.keep({ workers: 2, apis: 1 });
  const carts = await makeCarts(stage, CARTS);
  const requests = carts.map((cart) => addTo(origin, cart));
  await stage.http({ requests, loop: { clients: 10, count: CARTS * ADDS } });
  stage.crew.kill('worker-1');
  const result = await stage.tryHttp({ requests, loop: { clients: CARTS, count: CARTS } });
  const { latencies, errors, wallMs } = result;
  const held = latencies.filter((latency) => latency > STICKY_MS).length + failures(result);
  // All started together: the last answer, be it an error, is the slowest.
  return {
    ours: wallMs,
    detail: {
      ...describeLatency(latencies),
      held,
      failures: failures(result),
      errors,
      latenciesMs: latencies.map(Math.round),
    },
  };
}

export const crash: Scenario = {
  id: 'crash',
  title: "First operation after a worker's SIGKILL",
  async run(stage) {
    const rounds: Round[] = [];
    for (let round = 0; round < stage.rounds; round += 1) rounds.push(await killAndAdd(stage));
    return [
      {
        title: `First operation on each of ${CARTS} carts after their worker's SIGKILL, the slowest`,
        unit: 'ms',
        rounds,
        over: 'max',
        target: { of: 'ours', is: 'atMost', bound: 2_000 },
        notes: [
          `Carts that the killed worker held, by round: ${rounds.map(({ detail }) => detail?.['held']).join(', ')}`,
        ],
      },
      {
        title: '… errors',
        unit: '',
        rounds: rounds.map(({ detail }) => ({ ours: Number(detail?.['failures']) })),
        over: 'max',
        target: { of: 'ours', is: 'atMost', bound: 0 },
      },
    ];
  },
};
