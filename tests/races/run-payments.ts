/**
 * Many payments whose events come repeated, permuted, forged, or not at all: what becomes of each depends on what was said, never on the order,
 * and what is paid has an order.
 */
import type { CheckoutView } from '../../contract/checkouts.ts';
import type { Sql } from '../../database/client.ts';
import { type Dice, pause } from '../chaos/random.ts';
import type { TestStack } from '../support/stack.ts';
import { Buyer } from './buyer.ts';
import { type Books, chooseEvents, chooseTypes, tell } from './payment-events.ts';
import { addSku } from './race.ts';
import { steadily } from './referee.ts';
import { type FrameReport, runSeries, type SeriesOptions, setFaults } from './series.ts';

const LANES = 16;
const SKU = 'RACE-PAYMENTS';
const UNITS = 1_000_000;

/** The provider's own events stay away: what is told is what was chosen. */
const SILENT = { eventDelayMs: 3_600_000 };

/** Longer than a checkout waits for its payment. */
const PATIENCE_MS = 30_000;

const CHOICES = ['pay', 'pay', 'pay', 'decline', 'close'] as const;

export interface PaymentsReport extends FrameReport {
  payments: number;
  events: number;
  /** Different sets of what was said. */
  sets: number;
  paid: number;
  /** Seconds from the provider's having the money to the order, at most. */
  slowest: number;
}

interface State {
  payment: string;
  checkout: string;
  orders: number;
}

const EXPECTED: Record<Books, State> = {
  captured: { payment: 'captured', checkout: 'completed', orders: 1 },
  failed: { payment: 'failed', checkout: 'declined', orders: 0 },
  cancelled: { payment: 'cancelled', checkout: 'cancelled', orders: 0 },
};

interface Told {
  checkoutId: string;
  books: Books;
  types: readonly string[];
  events: number;
  seconds: number;
  checkout: string;
}

async function readBooks(
  sql: Sql,
  checkoutId: string,
): Promise<{ paymentId: string; status: string } | undefined> {
  const [row] = await steadily(
    () => sql<{ paymentId: string; status: string }[]>`
      SELECT payment_id AS "paymentId", status FROM test_payments.payments WHERE checkout_id = ${checkoutId}`,
  );
  return row;
}

/**
 * What the shopper does on the provider's page; done again while the provider is away. Undefined: it was away for so long that there is no
 * payment, and the checkout has ended.
 */
async function choose(
  stack: TestStack,
  sql: Sql,
  checkoutId: string,
  dice: Dice,
): Promise<Books | undefined> {
  const body = new URLSearchParams({ choice: dice.pick(CHOICES) });
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const known = await readBooks(sql, checkoutId);
    if (known && known.status in EXPECTED) return known.status as Books;
    const page = `${stack.info.payments}/pay/${known?.paymentId}`;
    if (known) await fetch(page, { method: 'POST', body, redirect: 'manual' }).catch(() => undefined);
    if (!known || (await readBooks(sql, checkoutId))?.status === known.status) await pause(200);
  }
  return undefined;
}

async function runPayment(stack: TestStack, sql: Sql, buyer: Buyer, dice: Dice): Promise<Told | undefined> {
  await buyer.fill(SKU, dice.whole(1, 3));
  const begun = await buyer.begin('never');
  // What an outage of the provider has kept from beginning is another series' business.
  if (begun.status >= 300) return undefined;
  const { id } = begun.json<CheckoutView>();
  const books = await choose(stack, sql, id, dice);
  if (!books) return undefined;
  const decidedAt = Date.now();
  const types = chooseTypes(books, dice);
  const [events, view] = await Promise.all([tell(stack, chooseEvents(id, types, dice)), buyer.untilEnd()]);
  const seconds = Math.round((Date.now() - decidedAt) / 1_000);
  return { checkoutId: id, books, types, events, seconds, checkout: view.status };
}

/** Nobody heard of it before the checkout's time was over (an outage, or no event at all): nothing was paid, and it ends as late instead. */
const wasTooLate = ({ books, checkout }: Told): boolean => books !== 'captured' && checkout === 'expired';

async function judge(sql: Sql, told: Told): Promise<string[]> {
  const { checkoutId, books, types, checkout } = told;
  const [row] = await steadily(
    () => sql<Omit<State, 'checkout'>[]>`
      SELECT status AS payment, (SELECT count(*)::int FROM orders WHERE orders.checkout_id = payments.checkout_id) AS orders
      FROM payments WHERE checkout_id = ${checkoutId}`,
  );
  const state = JSON.stringify({ payment: row?.payment, checkout, orders: row?.orders });
  const expected = EXPECTED[books];
  const isAllowed = [expected, ...(wasTooLate(told) ? [{ ...expected, checkout }] : [])];
  if (isAllowed.some((allowed) => JSON.stringify(allowed) === state)) return [];
  return [`${checkoutId}: books ${books}, told ${types.join(' ')}: ${state}`];
}

export async function runPayments(options: SeriesOptions): Promise<PaymentsReport> {
  const { stack } = options;
  const all: Told[] = [];
  const faults: string[] = [];
  await setFaults(stack, SILENT);
  const frame = await runSeries(options, async ({ sql, referee, onLanes }) => {
    await addSku(sql, SKU, UNITS);
    referee.expectInitial(SKU, UNITS);
    const buyers = Array.from({ length: LANES }, () => new Buyer(stack.api));
    await onLanes(LANES, async ({ lane, dice }) => {
      const buyer = buyers[lane];
      for (let told: Told | undefined; buyer && !told; ) {
        told = await runPayment(stack, sql, buyer, dice);
        if (told) all.push(told);
      }
    });
    for (const told of all) faults.push(...(await judge(sql, told)));
  });
  await setFaults(stack, {});
  const paid = all.filter(({ books }) => books === 'captured');
  return {
    payments: all.length,
    events: all.reduce((sum, { events }) => sum + events, 0),
    sets: new Set(all.map(({ books, types }) => `${books}: ${types.join(' ')}`)).size,
    paid: paid.length,
    slowest: Math.max(0, ...paid.map(({ seconds }) => seconds)),
    ...frame,
    faults: [...faults, ...frame.faults],
  };
}
