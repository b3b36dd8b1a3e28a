/** Everyday load: writes and reads arrive at a steady rate, however fast they are answered, on a machine that runs everything. */
import type { Figure, Round } from '../figure.ts';
import type { LoadResult } from '../load/job.ts';
import { quantile } from '../measure/statistics.ts';
import type { Scenario } from '../scenario.ts';
import { block, failures } from '../stage/alternate.ts';
import { addTo, makeCarts, readOf } from '../stage/carts.ts';

const CARTS = 100;
const WRITES_PER_SECOND = 30;
const READS_PER_SECOND = 60;

/** A request that failed counts as slower than any that did not. */
function round(result: LoadResult): Round {
  const lost = Array<number>(failures(result)).fill(Infinity);
  const { value, detail } = block(result, quantile([...result.latencies, ...lost], 0.95));
  return { ours: value, detail };
}

const figure = (title: string, bound: number): Figure => ({
  title,
  unit: 'ms',
  rounds: [],
  target: { of: 'ours', is: 'atMost', bound },
});

export const everydayLoad: Scenario = {
  id: 'everyday',
  title: 'Everyday load',
  async run(stage) {
    const [origin = ''] = stage.crew.origins();
    const carts = await makeCarts(stage, CARTS, 5);
    const durationMs = stage.size(10_000, 3_000);
    const mix = `${WRITES_PER_SECOND} writes/s and ${READS_PER_SECOND} reads/s over ${CARTS} carts`;
    const writes = figure(`${mix}: writes, p95`, 200);
    const reads = figure(`${mix}: reads, p95`, 500);
    for (let index = 0; index < stage.rounds; index += 1) {
      const [written, loaded] = await Promise.all([
        stage.tryHttp({
          requests: carts.map((cart) => addTo(origin, cart)),
          loop: { perSecond: WRITES_PER_SECOND, durationMs },
        }),
        stage.tryHttp({
          requests: carts.map((cart) => readOf(origin, cart)),
          loop: { perSecond: READS_PER_SECOND, durationMs },
        }),
      ]);
      writes.rounds.push(round(written));
      reads.rounds.push(round(loaded));
    }
    return [writes, reads];
  },
};
