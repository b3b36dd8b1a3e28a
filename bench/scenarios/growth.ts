/** How throughput grows with a second worker and a second API process. On a machine whose cores are all busy already it does not. */
import type { Figure } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { throughput } from '../stage/alternate.ts';
import { addTo, makeCarts } from '../stage/carts.ts';
import type { CrewSize } from '../stage/crew.ts';
import type { Stage } from '../stage/stage.ts';

const CREWS: CrewSize[] = [
  { workers: 1, apis: 1 },
  { workers: 1, apis: 2 },
  { workers: 2, apis: 1 },
  { workers: 2, apis: 2 },
];
const CARTS = 50;

async function measure(stage: Stage, crew: CrewSize) {
  await stage.crew.keep(crew);
  const origins = stage.crew.origins(crew.apis);
  const carts = await makeCarts(stage, CARTS);
  const requests = carts.map((cart, index) => addTo(origins[index % origins.length] as string, cart));
  const loop = { clients: 50, durationMs: stage.size(6_000, 2_000), warmUpCount: 200 };
  return throughput(await stage.http({ requests, loop }));
}

const titleOf = ({ workers, apis }: CrewSize): string =>
  `Adds over ${CARTS} carts, 50 clients: ${workers} worker${workers > 1 ? 's' : ''}, ${apis} API${apis > 1 ? 's' : ''}`;

export const growth: Scenario = {
  id: 'growth',
  title: 'Throughput with more workers and APIs',
  async run(stage) {
    const figures: Figure[] = CREWS.map((crew, index) => ({
      title: titleOf(crew),
      unit: '/s',
      rounds: [],
      ...(index > 0 && { baseline: 'one worker and one API in the same round' }),
    }));
    for (let round = 0; round < Math.min(3, stage.rounds); round += 1) {
      const order = CREWS.map((_, index) => (round % 2 === 0 ? index : CREWS.length - 1 - index));
      const blocks = new Map<number, Awaited<ReturnType<typeof measure>>>();
      for (const index of order) blocks.set(index, await measure(stage, CREWS[index] as CrewSize));
      const least = blocks.get(0)?.value ?? Number.NaN;
      for (const [index, { value, detail }] of blocks) {
        figures[index]?.rounds.push({ ours: value, ...(index > 0 && { bare: least }), detail });
      }
    }
    return figures;
  },
};
