/**
 * What a cart costs the worker that keeps it in its cache: the growth of a fresh worker's resident memory over many new carts of one
 * line. The first ones are not counted: they pay for what all share.
 */
import type { Round } from '../figure.ts';
import { residentBytes } from '../measure/process-usage.ts';
import type { Scenario } from '../scenario.ts';
import { waitUntil } from '../../scripts/local/wait-until.ts';
import { makeCarts, makeCounters } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

/** Garbage is collected when V8 likes: the figure is read once it has stood still for a while. */
async function settled(pid: number): Promise<number> {
  let last = 0;
  let calm = 0;
  await waitUntil(
    () => {
      const now = residentBytes(pid);
      calm = Math.abs(now - last) < 1_000_000 ? calm + 1 : 0;
      last = now;
      return calm >= 4;
    },
    { withinMs: 15_000, everyMs: 500 },
  );
  return residentBytes(pid);
}

async function growth(pid: number, fill: (count: number) => Promise<unknown>, stage: Stage): Promise<number> {
  await fill(stage.size(300, 100));
  const before = await settled(pid);
  const count = stage.size(1_000, 250);
  await fill(count);
  return ((await settled(pid)) - before) / count;
}

/** Number of workflows in the worker's cache, by its own metrics. */
async function cachedOf(stage: Stage): Promise<number> {
  const text = await fetch(`${stage.crew.workerOrigin(1)}/metrics`).then((answer) => answer.text());
  return Number(/^temporal_sticky_cache_size\{[^}]*\} (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

async function measure(stage: Stage): Promise<Round> {
  await stage.crew.renew('worker-1');
  const ours = await growth(stage.crew.pid('worker-1'), (count) => makeCarts(stage, count), stage);
  const cached = await cachedOf(stage);
  await stage.renewBareWorker();
  const bare = await growth(stage.bare.workerPid, (count) => makeCounters(stage, count), stage);
  return { ours: ours / 1_000, bare: bare / 1_000, detail: { cachedAtTheEnd: cached } };
}

export const memory: Scenario = {
  id: 'memory',
  title: 'Memory per cached cart',
  async run(stage) {
    const rounds: Round[] = [];
    for (let round = 0; round < Math.min(2, stage.rounds); round += 1) rounds.push(await measure(stage));
    return [
      {
        title: 'Memory per cached cart (growth of the worker)',
        unit: 'KB',
        rounds,
        target: { of: 'ours', is: 'atMost', bound: 300 },
        baseline: 'a cached minimal workflow',
      },
    ];
  },
};
