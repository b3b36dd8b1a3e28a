/** What may become of a checkout: each story drives one to its end, whatever is disturbed on the way. */
import { expect } from 'vitest';
import { checkoutIdOf } from '../../contract/checkouts.ts';
import type { CheckoutShop, Shopper } from '../support/checkout-shop.ts';
import { eventually } from '../support/eventually.ts';
import type { Sql } from '../../database/client.ts';

/** What a story needs of a shop: that of a test file, or a whole stack. */
export interface StoryShop extends Pick<CheckoutShop, 'pay' | 'emit'> {
  temporal: { sql: Sql };
  provider: { fetch: CheckoutShop['provider']['fetch']; database: { sql: Sql } };
  /** For each thing that is waited for; a minute, unless the shop is given more. */
  patienceMs?: number;
}

const patienceOf = ({ patienceMs = 60_000 }: StoryShop) => ({ within: patienceMs, every: 150 });

export interface Story {
  /** A SKU that nobody else touches. */
  ownStock?: true;
  /** How it ends where nothing goes wrong. */
  end: string;
  testOutcome: string;
  /** Once the shopper can pay. */
  meanwhile?: (shop: StoryShop, shopper: Shopper, checkoutId: string) => Promise<unknown>;
  /** What the provider does wrong meanwhile. */
  faults?: object;
  /** Once it has ended. */
  afterwards?: (shop: StoryShop, checkoutId: string) => Promise<unknown>;
  /** What a person is told where nothing else goes wrong, in alphabetical order. None where it is missing. */
  alarms?: readonly string[];
}

/** The hold goes, others buy everything, and then the shopper pays: what an operator's hand can bring about. */
async function loseTheStockAndPay(shop: StoryShop, _shopper: Shopper, checkoutId: string) {
  const { sql } = shop.temporal;
  const items = await sql<{ sku: string }[]>`
    SELECT sku FROM reservation_lines WHERE checkout_id = ${checkoutId}`;
  await sql`
    SELECT release_stock(checkout_id, cart_id, owner_hash, 'lost') FROM reservations WHERE checkout_id = ${checkoutId}`;
  for (const { sku } of items) await sql`SELECT set_stock(${sku}, 0)`;
  await shop.pay(checkoutId, 'pay');
}

async function payTooLate(shop: StoryShop, checkoutId: string): Promise<void> {
  const { sql } = shop.temporal;
  await shop.emit({ type: 'payment.captured', checkoutId });
  await eventually(async () => {
    const alarms = await sql`SELECT kind FROM alarms WHERE subject = ${checkoutId} ORDER BY kind`;
    expect(alarms.map(({ kind }) => kind)).toContain('refund_failed');
  }, patienceOf(shop));
}

/** The provider has the money after all, whatever it had said: that of a bank that answers days later. */
async function haveMoneyTooLate(shop: StoryShop, checkoutId: string): Promise<void> {
  const { sql } = shop.provider.database;
  await sql`UPDATE test_payments.payments SET status = 'captured' WHERE checkout_id = ${checkoutId}`;
  await shop.emit({ type: 'payment.captured', checkoutId });
  await eventually(async () => {
    const [row] = await sql`SELECT status FROM test_payments.payments WHERE checkout_id = ${checkoutId}`;
    expect(row?.status).toBe('refunded');
  }, patienceOf(shop));
}

export const STORIES: Record<string, Story> = {
  'a paid checkout': { end: 'completed', testOutcome: 'approve' },
  'a checkout that is paid later': { end: 'completed', testOutcome: 'delay:300' },
  'a declined checkout': { end: 'declined', testOutcome: 'decline' },
  'a checkout that is given up': {
    end: 'cancelled',
    testOutcome: 'never',
    meanwhile: (_shop, shopper) => shopper.cancel(),
  },
  'a paid checkout whose stock is gone': {
    end: 'refunded',
    testOutcome: 'never',
    ownStock: true,
    meanwhile: loseTheStockAndPay,
    alarms: ['captured_without_order'],
  },
  'money after the end': {
    end: 'cancelled',
    testOutcome: 'never',
    meanwhile: (_shop, shopper) => shopper.cancel(),
    afterwards: payTooLate,
    alarms: ['captured_without_order', 'refund_failed'],
  },
  'money after the end that can go back': {
    end: 'cancelled',
    testOutcome: 'never',
    meanwhile: (_shop, shopper) => shopper.cancel(),
    afterwards: haveMoneyTooLate,
    alarms: ['captured_without_order'],
  },
  'a payment whose events are late': {
    end: 'completed',
    testOutcome: 'never',
    faults: { eventDelayMs: 600_000 },
    meanwhile: (shop, _shopper, checkoutId) => shop.pay(checkoutId, 'pay'),
  },
};

/** Tells a checkout's id before it begins, so that its steps can be disturbed. */
export async function nextCheckoutOf(shopper: Shopper): Promise<string> {
  const { body } = await shopper.cart();
  return checkoutIdOf(body.id ?? '', body.version);
}

/** Goes through the story and gives back how it ended. `email`: where an order is confirmed to. */
export async function live(
  shop: StoryShop,
  shopper: Shopper,
  story: Story,
  email = 'someone@example.com',
): Promise<string> {
  const checkoutId = await nextCheckoutOf(shopper);
  const { testOutcome, meanwhile, afterwards } = story;
  await shopper.begin({ testOutcome, email });
  const status = await eventually(async () => {
    const { body } = await shopper.checkout();
    return body.status === 'preparing' ? false : body.status;
  }, patienceOf(shop));
  if (status === 'pending') await meanwhile?.(shop, shopper, checkoutId);
  const end = await untilEnd(shop, shopper);
  if (status === 'pending') await afterwards?.(shop, checkoutId);
  return end;
}

const untilEnd = (shop: StoryShop, shopper: Shopper): Promise<string> =>
  eventually(async () => {
    const { body } = await shopper.checkout();
    return ['preparing', 'pending', 'paid'].includes(body.status) ? false : body.status;
  }, patienceOf(shop));

interface Books {
  orders: number;
  status: string | null;
  provided: number;
  held: number;
}

/** What must hold at the end of every story, however it went. */
export async function audit(shop: StoryShop, shopper: Shopper, checkoutId: string, end: string) {
  const { sql } = shop.temporal;
  const [books] = await sql<Books[]>`
    SELECT (SELECT count(*)::int FROM orders WHERE checkout_id = ${checkoutId}) AS orders,
      (SELECT status FROM payments WHERE checkout_id = ${checkoutId}) AS status,
      (SELECT count(*)::int FROM stock_holders WHERE checkout_id = ${checkoutId}) AS held`;
  const provided = await shop.provider.fetch(`/payments?checkoutId=${checkoutId}`);
  const { payments } = (await provided.json()) as { payments: { status: string }[] };
  const isCompleted = end === 'completed';
  expect(books).toMatchObject({ orders: isCompleted ? 1 : 0, held: 0 });
  expect(payments.length).toBeLessThanOrEqual(1);
  const [payment] = payments;
  if (isCompleted) expect(payment?.status).toBe('captured');
  else expect(['failed', 'cancelled', 'refunded', undefined]).toContain(payment?.status);
  const cart = await eventually(async () => {
    const { body } = await shopper.cart();
    expect(body.status).toBe('active');
    return body;
  }, patienceOf(shop));
  expect(cart.lines).toHaveLength(isCompleted ? 0 : 1);
}
