/**
 * One race: more buyers than units, over many connections, some of which are cut in the middle. Buyers pay, decline, vanish without a word, pay
 * too late, and repeat what they have done; afterwards exactly as many units are sold as were wanted and there.
 */
import { type Activities, createActivities } from '../../activities/create-activities.ts';
import { connect, isUnavailable, type Sql } from '../../database/client.ts';
import type { OrderOutcome } from '../../contract/orders.ts';
import type { ReservationOutcome } from '../../contract/reservations.ts';
import { type Dice, pause } from '../chaos/random.ts';
import { steadily } from './referee.ts';
import { anOrder, aPricedOrder, aRelease, aReservation, MINUTE, stockOf } from '../support/checkouts.ts';

type Intent = 'pays' | 'declines' | 'declinesThenPays' | 'vanishes' | 'paysLate';

export interface RaceOptions {
  /** The buyers' worker; a killer may cut any of its connections at any time. */
  worker: RacingWorker;
  /** Untouched by the killer. */
  admin: Sql;
  name: string;
  units: number;
  buyers: number;
  dice: Dice;
}

export interface RaceResult {
  wanted: number;
  sold: number;
  refused: number;
  retries: number;
}

const PATIENCE_MS = 60_000;

/** As Temporal's start-to-close: the driver can lose an answer together with its connection, and then never says so. */
const ANSWER_MS = 2_000;

export interface RacingWorker {
  activities(): Activities;
  /** Gives up all connections and begins anew, as a worker that was killed and restarted. */
  restart(): void;
  end(): Promise<void>;
}

export function createRacingWorker(url: string): RacingWorker {
  const open = () => connect(url, { max: 16, name: 'race', statementTimeoutMs: 10_000 });
  let sql = open();
  let startedAt = Date.now();
  return {
    activities: () => createActivities({ sql, log: console }),
    restart() {
      // Those who waited along with the first to notice come a moment later.
      if (Date.now() - startedAt < ANSWER_MS) return;
      startedAt = Date.now();
      void sql.end({ timeout: 0 });
      sql = open();
    },
    end: () => sql.end({ timeout: 1 }),
  };
}

/** Rejects as unavailable where no answer comes. What was asked for may happen all the same, even later. */
function inTime<T>(act: Promise<T>): Promise<T> {
  const tooLate = Object.assign(new Error('no answer in time'), { type: 'NoAnswer' });
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate), ANSWER_MS);
  });
  return Promise.race([act, limit]).finally(() => clearTimeout(timer));
}

const INTENTS: [Intent, number][] = [
  ['pays', 50],
  ['declines', 12],
  ['declinesThenPays', 12],
  ['vanishes', 14],
  ['paysLate', 12],
];

const hasEnd = (intent: Intent): boolean => intent === 'declines' || intent === 'vanishes';

export async function addSku(admin: Sql, sku: string, units: number): Promise<void> {
  await admin`
    INSERT INTO products (product_id, title, currency, base_price) VALUES ('race', 'Race', 'EUR', 1000)
    ON CONFLICT DO NOTHING`;
  await admin`INSERT INTO variants (sku, product_id) VALUES (${sku}, 'race') ON CONFLICT DO NOTHING`;
  await admin`INSERT INTO stock (sku, available) VALUES (${sku}, ${units}) ON CONFLICT DO NOTHING`;
}

export async function runRace({
  worker,
  admin,
  name,
  units,
  buyers,
  dice,
}: RaceOptions): Promise<RaceResult> {
  const sku = `RACE-${name}`;
  await addSku(admin, sku, units);
  const end = Date.now() + PATIENCE_MS;
  let retries = 0;
  let refused = 0;

  /** As Temporal would do it: again, until it is done; and now and then once more than needed. */
  async function persist<T>(act: (activities: Activities) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await inTime(act(worker.activities()));
        // What was refused may be possible by now, and then it is so.
        return dice.chance(0.2) ? await inTime(act(worker.activities())) : result;
      } catch (error) {
        const { type } = error as { type?: string };
        const isPassing = ['DatabaseUnavailable', 'NoAnswer'].includes(type ?? '') || isUnavailable(error);
        if (!isPassing || Date.now() > end) throw error;
        if (type === 'NoAnswer') worker.restart();
        retries += 1;
        await pause(dice.whole(0, 9));
      }
    }
  }

  /** Every second buyer takes something else along, so that checkouts lock several SKUs. */
  const itemsOf = (buyer: number) => {
    const own = { sku, quantity: 1 };
    const side = { sku: `RACE-SIDE-${buyer % 3}`, quantity: 1 + (buyer % 4) };
    if (buyer % 2 === 0) return [own];
    return buyer % 3 === 0 ? [own, side] : [side, own];
  };

  const reserve = (checkoutId: string, buyer: number, holdMs: number): Promise<ReservationOutcome> => {
    const request = aReservation({ checkoutId, items: itemsOf(buyer), heldUntil: Date.now() + holdMs });
    return persist((activities) => activities.reserveStock(request));
  };
  const pay = (checkoutId: string, buyer: number): Promise<OrderOutcome> =>
    persist((activities) => activities.createOrder(anOrder(checkoutId, aPricedOrder(itemsOf(buyer)))));
  const isSoldOut = async () => (await steadily(() => stockOf(admin, sku))).sold === units;

  /** One checkout; true when this buyer wants nothing more. */
  async function checkOut(checkoutId: string, buyer: number, intent: Intent): Promise<boolean> {
    const held = await reserve(checkoutId, buyer, intent === 'vanishes' ? dice.whole(0, 59) : MINUTE);
    if (held.status === 'refused') {
      refused += 1;
      if (await isSoldOut()) return true;
      await pause(dice.whole(2, 11));
      return false;
    }
    if (intent === 'vanishes') return true;
    if (dice.chance(0.3)) await pause(dice.whole(0, 9));
    if (intent === 'declines' || intent === 'declinesThenPays') {
      await persist((activities) => activities.releaseStock(aRelease(checkoutId, 'declined')));
      return intent === 'declines';
    }
    if (intent === 'paysLate')
      await persist((activities) => activities.releaseStock(aRelease(checkoutId, 'expired')));
    const outcome = await pay(checkoutId, buyer);
    return outcome.status === 'placed' || (await isSoldOut());
  }

  async function buy(buyer: number, intent: Intent): Promise<void> {
    let now = intent;
    for (let attempt = 0; Date.now() < end; attempt += 1) {
      const isDone = await checkOut(`${name}:${buyer}:${attempt}`, buyer, now);
      if (isDone) return;
      if (now === 'declinesThenPays' && attempt > 0) now = 'pays';
    }
    throw new Error(`Buyer ${buyer} of race ${name} never came to an end`);
  }

  const intents = Array.from({ length: buyers }, () => dice.pickByShare(INTENTS));
  await Promise.all(intents.map((intent, buyer) => buy(buyer, intent)));
  const wanted = intents.filter((intent) => !hasEnd(intent)).length;
  return { wanted, sold: (await steadily(() => stockOf(admin, sku))).sold, refused, retries };
}
