/** Checkouts while every part of the shop is killed: what is paid has one order, what is not paid holds nothing, and no cart stands still. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkStock } from '../support/checkouts.ts';
import { guest, type Shopper } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { insist } from '../support/insist.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { createDice, pause } from './random.ts';

const SHOPPERS = 24;
const VICTIMS = ['worker-1', 'api-1', 'payments', 'worker-2', 'temporal', 'api-2', 'postgres'];
const OUTCOMES = ['approve', 'delay:400', 'delay:3000', 'decline', 'never'];

const PATIENCE = { within: 90_000, every: 300 };

let stack: TestStack;
const seed = Math.floor(Math.random() * 2 ** 31);
const dice = createDice(seed);

beforeAll(async () => {
  console.log(`checkouts under kills, seed ${seed}`);
  stack = await startTestStack({ environment: { HOLD_LIFE: '40s', PAYMENT_WAIT: '40s' } });
});

afterAll(async () => {
  await stack?.stop();
});

async function shop(): Promise<Shopper> {
  const shopper = guest(stack.api);
  await insist(() => shopper.add('T-TEN'), PATIENCE);
  return shopper;
}

async function checkOut(shopper: Shopper): Promise<void> {
  const { version, total } = (await insist(() => shopper.get(), PATIENCE)).cart;
  const headers = { 'if-match': `"${version}"`, 'idempotency-key': randomUUID() };
  const body = { expectedTotal: total, testOutcome: dice.pick(OUTCOMES) };
  await insist(() => shopper.send({ method: 'POST', path: '/cart/checkout', body, headers }), PATIENCE);
}

async function kill(isOver: () => boolean): Promise<number> {
  let kills = 0;
  for (const victim of dice.shuffle(VICTIMS)) {
    await pause(dice.whole(200, 1_500));
    await stack.kill(victim);
    await pause(dice.whole(0, 1_000));
    await stack.restart(victim);
    kills += 1;
    if (isOver() && kills >= VICTIMS.length) break;
  }
  return kills;
}

test('comes to one order each where there is money, and to nothing where there is none', async () => {
  await stack.sql`SELECT set_stock('T-TEN', ${SHOPPERS - 4})`;
  const shoppers: Shopper[] = [];
  for (let count = 0; count < SHOPPERS; count += 1) shoppers.push(await shop());
  let isOver = false;
  const killing = kill(() => isOver);
  await Promise.all(
    shoppers.map(async (shopper) => {
      await pause(dice.whole(0, 8_000));
      await checkOut(shopper);
    }),
  );
  isOver = true;
  expect(await killing).toBe(VICTIMS.length);
  await eventually(
    async () => {
      const holders = await stack.sql`SELECT checkout_id FROM stock_holders`;
      expect([...holders]).toEqual([]);
      for (const shopper of shoppers) expect((await shopper.get()).cart.status).toBe('active');
    },
    { within: 120_000, every: 1_000 },
  );
  const books = await eventually(
    async () => {
      const found = await stack.sql<{ checkoutId: string; provided: string; orders: number }[]>`
        SELECT p.checkout_id AS "checkoutId", p.status AS provided,
          (SELECT count(*)::int FROM orders WHERE orders.checkout_id = p.checkout_id) AS orders
        FROM test_payments.payments AS p`;
      for (const { provided, orders, checkoutId } of found) {
        expect({ checkoutId, orders }).toEqual({ checkoutId, orders: provided === 'captured' ? 1 : 0 });
      }
      return found;
    },
    // Money that came for units which had gone back meanwhile is still on its way back, perhaps.
    { within: 60_000, every: 500 },
  );
  expect(new Set(books.map(({ checkoutId }) => checkoutId)).size).toBe(books.length);
  expect(books.filter(({ orders }) => orders === 1).length).toBeGreaterThan(3);
  await checkStock(stack.sql);
});
