/**
 * Ten checkouts of one cart at once, by the same key and by others, at two API processes; in half of the rounds the provider's event overtakes
 * its answer. Each round comes to one order and one payment, and everybody is told of the same checkout.
 */
import { randomUUID } from 'node:crypto';
import type { CheckoutView } from '../../contract/checkouts.ts';
import type { Sql } from '../../database/client.ts';
import type { Dice } from '../chaos/random.ts';
import { Buyer } from './buyer.ts';
import { addSku } from './race.ts';
import { steadily } from './referee.ts';
import { type FrameReport, runSeries, type SeriesOptions, setFaults } from './series.ts';

const LANES = 4;
const AT_ONCE = 10;
const SKU = 'RACE-ROUNDS';
const UNITS = 1_000_000;

/** Ms by which the provider's answers are late in the second half: its events are delivered meanwhile. */
const LATE_ANSWER_MS = 250;

export interface RoundsReport extends FrameReport {
  rounds: number;
  checkouts: number;
  orders: number;
  payments: number;
  /** Rounds in which the event that it is paid was there before the answer of the provider. */
  webhookFirst: number;
}

interface Round {
  orders: number;
  payments: number;
  webhookFirst: boolean;
}

async function countRound(sql: Sql, cartId: string): Promise<Round> {
  const [row] = await sql<Round[]>`
    SELECT (SELECT count(*)::int FROM orders WHERE cart_id = ${cartId}) AS orders,
      (SELECT count(*)::int FROM test_payments.payments WHERE checkout_id LIKE ${`${cartId}-%`}) AS payments,
      (SELECT coalesce(min(received_at) FILTER (WHERE event_id NOT LIKE 'answer:%' AND type = 'payment.captured')
          < min(received_at) FILTER (WHERE event_id LIKE 'answer:%'), false)
        FROM payment_events WHERE checkout_id LIKE ${`${cartId}-%`}) AS "webhookFirst"`;
  return row ?? { orders: 0, payments: 0, webhookFirst: false };
}

/** The checkouts that the ten were told of; an answer that names none is a fault. */
async function rush(buyer: Buyer, dice: Dice, faults: string[]): Promise<Set<string>> {
  const shared = randomUUID();
  const outcome = dice.pick(['approve', 'approve', 'delay:200']);
  const answers = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, at) =>
      buyer.begin(outcome, { key: at % 2 === 0 ? shared : randomUUID(), api: at % 3 }),
    ),
  );
  const told = new Set<string>();
  for (const answer of answers) {
    if (answer.status < 300) told.add(answer.json<CheckoutView>().id);
    else faults.push(`a checkout was answered ${answer.status} ${answer.text.slice(0, 200)}`);
  }
  return told;
}

async function runRound(sql: Sql, buyer: Buyer, dice: Dice, faults: string[]): Promise<Round> {
  const { id } = await buyer.fill(SKU, dice.whole(1, 3));
  const told = await rush(buyer, dice, faults);
  const { status } = await buyer.untilEnd();
  const round = await steadily(() => countRound(sql, id ?? ''));
  if (told.size !== 1) faults.push(`cart ${id}: ${told.size} checkouts: ${[...told].join(', ')}`);
  if (status !== 'completed' || round.orders !== 1 || round.payments !== 1)
    faults.push(`cart ${id}: ${status}, ${round.orders} orders, ${round.payments} payments`);
  return round;
}

export async function runCheckoutRounds(options: SeriesOptions): Promise<RoundsReport> {
  const { stack, count } = options;
  const totals = { rounds: 0, checkouts: 0, orders: 0, payments: 0, webhookFirst: 0 };
  const faults: string[] = [];
  await setFaults(stack, {});
  const frame = await runSeries(options, async ({ sql, referee, onLanes }) => {
    await addSku(sql, SKU, UNITS);
    referee.expectInitial(SKU, UNITS);
    const buyers = Array.from({ length: LANES }, () => new Buyer(stack.api));
    await onLanes(LANES, async ({ index, lane, dice }) => {
      if (index === Math.floor(count / 2)) await setFaults(stack, { answerDelayMs: LATE_ANSWER_MS });
      const buyer = buyers[lane];
      if (!buyer) return;
      const round = await runRound(sql, buyer, dice, faults);
      totals.rounds += 1;
      totals.checkouts += AT_ONCE;
      totals.orders += round.orders;
      totals.payments += round.payments;
      if (round.webhookFirst) totals.webhookFirst += 1;
    });
  });
  await setFaults(stack, {});
  return { ...totals, ...frame, faults: [...faults, ...frame.faults] };
}
