/**
 * What carts cost that nobody touches: their shoppers have left, each waits for its first recovery e-mail and for its expiry. The whole system
 * is watched at rest, once before they are made and once with all of them.
 */
import type { Figure, Round } from '../figure.ts';
import { processorMs, proportionalBytes } from '../measure/process-usage.ts';
import { sum } from '../measure/statistics.ts';
import type { Scenario } from '../scenario.ts';
import { makeCarts } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';
import { pause, waitUntil } from '../../scripts/local/wait-until.ts';

const PARTS = ['worker', 'API', 'Temporal', 'PostgreSQL'] as const;

/** Search attributes follow this soon, so that nothing is left to do when the system is watched. */
const IDLE_TICK = '2s';

/** Carts that one call makes: a failed one is made again with the next. */
const PORTION = 500;

interface Rest {
  /** Percent of one core, by part. */
  percent: number[];
  megabytes: number[];
}

const pidsOf = ({ crew }: Stage): number[] =>
  ['worker-1', 'api-1', 'temporal', 'postgres'].map((name) => crew.pid(name));

async function watch(stage: Stage, ms: number): Promise<Rest> {
  const pids = pidsOf(stage);
  const before = pids.map(processorMs);
  const at = performance.now();
  await pause(ms);
  const passed = performance.now() - at;
  return {
    percent: pids.map((pid, index) => ((processorMs(pid) - (before[index] ?? 0)) / passed) * 100),
    megabytes: pids.map((pid) => proportionalBytes(pid) / 1_000_000),
  };
}

/** Until the worker has had next to nothing to do for a while; garbage and late ticks are over then. */
async function comeToRest(stage: Stage): Promise<void> {
  let calm = 0;
  await waitUntil(
    async () => {
      const { percent } = await watch(stage, 1_000);
      calm = (percent[0] ?? 0) < 5 ? calm + 1 : 0;
      return calm >= 5;
    },
    { withinMs: stage.size(180_000, 30_000) },
  );
}

const named = (values: number[]): Record<string, number> =>
  Object.fromEntries(
    PARTS.map((part, index) => [part, Math.round((values[index] ?? Number.NaN) * 100) / 100]),
  );

function figure(title: string, unit: string, before: number[], after: number[]): Figure {
  const round: Round = {
    ours: sum(after),
    bare: sum(before),
    detail: { ours: named(after), bare: named(before) },
  };
  const parts = PARTS.map(
    (part, index) => `${part} ${(before[index] ?? 0).toFixed(1)} → ${(after[index] ?? 0).toFixed(1)} ${unit}`,
  );
  return {
    title,
    unit,
    rounds: [round],
    baseline: 'the same system before they were made',
    notes: [`${title}: ${parts.join(', ')}`],
  };
}

export const idleCarts: Scenario = {
  id: 'idle-carts',
  title: 'Idle carts',
  async run(stage) {
    const count = stage.idleCarts ?? stage.size(10_000, 300);
    const watchMs = stage.size(60_000, 10_000);
    const settings = { IDLE_TICK, ABANDONMENT_DELAYS: '1h,24h,72h' };
    await stage.crew.renew('worker-1', settings);
    await stage.crew.renew('api-1', settings);
    try {
      // What every process does once is paid for before.
      await makeCarts(stage, 50);
      await comeToRest(stage);
      const before = await watch(stage, watchMs);
      for (let made = 0; made < count; made += PORTION)
        await makeCarts(stage, Math.min(PORTION, count - made));
      await comeToRest(stage);
      const after = await watch(stage, watchMs);
      const name = `${count} idle carts`;
      return [
        figure(`${name}: processor time of the system at rest`, '% of a core', before.percent, after.percent),
        figure(`${name}: memory of the system`, 'MB', before.megabytes, after.megabytes),
      ];
    } finally {
      await stage.crew.renew('worker-1');
      await stage.crew.renew('api-1');
    }
  },
};
