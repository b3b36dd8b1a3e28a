/**
 * One race over HTTP: buyers with full carts go to the checkout at once for fewer units than they want. Some pay, some decline, some never answer,
 * some give up; who pays asks again until there is an order or nothing is left. Then as many units are sold as were wanted and there.
 */
import type { Sql } from '../../database/client.ts';
import { type Dice, pause } from '../chaos/random.ts';
import { stockOf } from '../support/checkouts.ts';
import { Buyer } from './buyer.ts';
import { addSku } from './race.ts';
import { steadily } from './referee.ts';

type Intent = 'pays' | 'paysLater' | 'declines' | 'declinesThenPays' | 'givesUp' | 'vanishes';

const INTENTS: [Intent, number][] = [
  ['pays', 52],
  ['paysLater', 16],
  ['declines', 10],
  ['declinesThenPays', 8],
  ['givesUp', 7],
  ['vanishes', 7],
];

/** Units of a race, and how many of them each buyer may want: all of them divide the units, so that none is left that nobody could take. */
const SMALL = { units: 1, portions: [1] };
const PAIR = { units: 2, portions: [1, 2] };
const MIDDLE = { units: 10, portions: [1, 2, 5] };
const LARGE = { units: 100, portions: [10, 20, 25] };
const KINDS = [SMALL, PAIR, MIDDLE, LARGE, SMALL, PAIR, MIDDLE, SMALL];

const PATIENCE_MS = 300_000;

/** Where buyers come from, and where those go back to whose cart is free. */
export type Crowd = Buyer[];

export interface StockRaceOptions {
  api: readonly string[];
  sql: Sql;
  name: string;
  index: number;
  dice: Dice;
  crowd: Crowd;
  expectInitial: (sku: string, units: number) => void;
}

export interface StockRaceResult {
  units: number;
  buyers: number;
  /** Units that those wanted who would pay. */
  wanted: number;
  sold: number;
  /** Attempts that came to no order, by how they came out. */
  outcomes: Record<string, number>;
}

/** 8 to 64; small crowds are as good a race as large ones, and more of them fit into an hour. */
const crowdSize = (dice: Dice): number => Math.round(8 * 8 ** (dice.next() ** 3));

const pays = (intent: Intent): boolean => ['pays', 'paysLater', 'declinesThenPays'].includes(intent);

export async function runStockRace(options: StockRaceOptions): Promise<StockRaceResult> {
  const { api, sql, name, index, dice, crowd, expectInitial } = options;
  const { units, portions } = KINDS[index % KINDS.length] ?? SMALL;
  const portion = dice.pick(portions);
  const sku = `RACE-${name}`;
  await steadily(() => addSku(sql, sku, units));
  expectInitial(sku, units);
  const intents = Array.from({ length: crowdSize(dice) }, () => dice.pickByShare(INTENTS));
  const buyers = intents.map(() => crowd.pop() ?? new Buyer(api));
  await Promise.all(buyers.map((buyer) => buyer.fill(sku, portion)));
  const outcomes: Record<string, number> = {};
  const isSoldOut = async () => (await steadily(() => stockOf(sql, sku))).sold === units;
  const end = Date.now() + PATIENCE_MS;

  async function tryOnce(buyer: Buyer, intent: Intent): Promise<string> {
    const outcome = await attemptTo(buyer, intent);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return outcome;
  }

  async function shop(buyer: Buyer, intent: Intent): Promise<void> {
    let now = intent;
    while (Date.now() < end) {
      const outcome = await tryOnce(buyer, now);
      if (!pays(intent) || outcome === 'completed' || (await isSoldOut())) return;
      if (outcome === 'declined' || outcome === 'payment_declined') now = 'pays';
      await pause(dice.whole(300, 900));
      await buyer.look();
    }
    throw new Error(`A buyer of race ${name} never came to an end`);
  }

  await Promise.all(
    buyers.map(async (buyer, at) => {
      const intent = intents[at] ?? 'pays';
      await shop(buyer, intent);
      // Who vanished has a checkout that runs out by itself.
      if (intent !== 'vanishes') crowd.push(buyer);
    }),
  );
  const wanted = intents.filter(pays).length * portion;
  const { sold } = await steadily(() => stockOf(sql, sku));
  return { units, buyers: buyers.length, wanted, sold, outcomes };
}

/** Tells how it came out; `pending` for those who left a checkout behind. */
async function attemptTo(buyer: Buyer, intent: Intent): Promise<string> {
  switch (intent) {
    case 'pays':
      return await buyer.buy('approve');
    case 'paysLater':
      return await buyer.buy('delay:300');
    case 'declines':
    case 'declinesThenPays':
      return await buyer.buy('decline');
    case 'givesUp':
      return await buyer.buy('never', () => buyer.cancel());
    case 'vanishes': {
      const answer = await buyer.begin('never');
      return answer.status < 300 ? 'pending' : answer.problem.code;
    }
  }
}
