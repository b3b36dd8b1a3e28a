/**
 * A chaos run: clients shop on shared carts while parts of the stack are killed; in the end every acknowledged unit must be there
 * exactly once. The journal tells what was sent when.
 */
import path from 'node:path';
import { customer, guest } from '../support/client.ts';
import { type Fault, Ledger } from '../support/ledger.ts';
import type { TestStack } from '../support/stack.ts';
import { type Figures, Journal } from './journal.ts';
import { type Kills, killParts } from './killer.ts';
import { createDice, type Dice } from './random.ts';
import { repeat, type Keyed } from './settle.ts';
import { type ChaosCart, Shopping } from './shopping.ts';
import { verifyCarts } from './verify.ts';

export interface ChaosOptions {
  stack: TestStack;
  seed: number;
  /** Kills of each kind, at least. */
  minimumKills: number;
  /** Goes on killing for this long. */
  durationMs: number;
  clients?: number;
  carts?: number;
  /** Folder for the journal. */
  folder: string;
}

export interface ChaosReport {
  seed: number;
  kills: Kills;
  figures: Figures;
  faults: Fault[];
  carts: ChaosCart[];
  ledger: Ledger;
}

/** More than a fifth of all successes are sent again: half of those at once, half some time later. */
const REPEAT_CHANCE = 0.3;
const WAITING_REPEATS = 20;

/** Guests exist before the chaos: one whose first answer is lost has no name to ask again by. Customers come into being in it. */
async function openCarts(stack: TestStack, ledger: Ledger, count: number): Promise<ChaosCart[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<ChaosCart> => {
      const isGuest = index % 2 === 0;
      const shopper = isGuest ? guest(stack.api) : await customer(stack.info);
      const account = ledger.account(`${isGuest ? 'guest' : 'customer'}-${index}`);
      if (isGuest && (await shopper.add('T-A')).status === 201) account.counted += 1;
      return { shopper, account, lines: new Map() };
    }),
  );
}

interface Client {
  carts: readonly ChaosCart[];
  journal: Journal;
  dice: Dice;
  isOver: () => boolean;
}

async function shop({ carts, journal, dice, isOver }: Client): Promise<void> {
  const waiting: Keyed[] = [];
  while (!isOver()) {
    const done = await new Shopping(dice.pick(carts), journal, dice).step();
    if (done && dice.chance(REPEAT_CHANCE)) {
      if (dice.chance(0.5)) await repeat(done, journal, dice);
      else waiting.push(done);
    }
    if (waiting.length > WAITING_REPEATS) await repeat(waiting.shift() as Keyed, journal, dice);
  }
  for (const keyed of waiting) await repeat(keyed, journal, dice);
}

/** What the stack itself logged about answers that should not be; its logs go with it. */
const explain = (stack: TestStack): string[] =>
  stack
    .logs()
    .split('\n')
    .filter((line) => line.includes('"status":500') || line.includes('never should'));

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { stack, seed, clients = 8, carts: count = 30 } = options;
  const dice = createDice(seed);
  const journal = new Journal(path.join(options.folder, `journal-${seed}.jsonl`));
  const ledger = new Ledger();
  const carts = await openCarts(stack, ledger, count);
  let isOver = false;
  const crowd = Array.from({ length: clients }, () =>
    shop({ carts, journal, dice: createDice(dice.whole(0, 2 ** 31)), isOver: () => isOver }),
  );
  const until = Date.now() + options.durationMs;
  const kills = await killParts({ stack, journal, dice, minimum: options.minimumKills, until }).finally(
    () => {
      isOver = true;
    },
  );
  await Promise.all(crowd);
  const faults = await verifyCarts(stack, carts, ledger);
  if (journal.figures.breaches.length > 0) journal.figures.breaches.push(...explain(stack));
  journal.close();
  return { seed, kills, figures: journal.figures, faults, carts, ledger };
}
