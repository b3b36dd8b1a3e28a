/** Kills parts of the stack at random, by process id and without warning, and brings them back by their restart commands. */
import { eventually } from '../support/eventually.ts';
import type { TestStack } from '../support/stack.ts';
import type { Journal } from './journal.ts';
import { type Dice, pause } from './random.ts';

export const KINDS = ['worker', 'api', 'temporal', 'postgres'] as const;
export type Kind = (typeof KINDS)[number];
export type Kills = Record<Kind, number>;

/** Acknowledged operations between two kills: they fall into traffic, not into the silence after the last one. */
const TRAFFIC = 15;
const TRAFFIC_WITHIN_MS = 60_000;

export interface KillerOptions {
  stack: TestStack;
  journal: Journal;
  dice: Dice;
  /** Every kind is killed at least this often. */
  minimum: number;
  /** Epoch ms until which it goes on beyond the minimum. */
  until: number;
  /** Acknowledged operations between two kills. */
  traffic?: number;
}

const victimOf = (kind: Kind, dice: Dice): string =>
  kind === 'worker' || kind === 'api' ? `${kind}-${dice.whole(1, 2)}` : kind;

/** What others need comes back first. */
const ORDER: readonly string[] = ['postgres', 'temporal', 'worker-1', 'worker-2', 'api-1', 'api-2'];

async function strike(
  { stack, journal, dice }: KillerOptions,
  kinds: readonly Kind[],
  kills: Kills,
): Promise<void> {
  const victims = new Set<string>();
  for (const kind of kinds) {
    const victim = victimOf(kind, dice);
    victims.add(victim);
    journal.write({ kill: victim });
    await stack.kill(victim);
    kills[kind] += 1;
    await pause(dice.whole(0, 1_500));
  }
  for (const victim of [...victims].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))) {
    await stack.restart(victim);
    journal.write({ restarted: victim });
  }
}

/** Round after round, each with every kind once in random order; now and then two of them at once. */
export async function killParts(options: KillerOptions): Promise<Kills> {
  const { journal, dice, minimum, until, traffic = TRAFFIC } = options;
  const kills: Kills = { worker: 0, api: 0, temporal: 0, postgres: 0 };
  for (let round = 0; round < minimum || Date.now() < until; round += 1) {
    const queue = dice.shuffle(KINDS);
    while (queue.length > 0) {
      const goal = journal.figures.acknowledged + traffic;
      await eventually(() => journal.figures.acknowledged >= goal, { within: TRAFFIC_WITHIN_MS });
      await pause(dice.whole(0, 500));
      await strike(options, queue.splice(0, dice.chance(0.25) ? 2 : 1), kills);
    }
  }
  return kills;
}
