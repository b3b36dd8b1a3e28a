/**
 * Fault points on the whole system: the worker dies right after each effect of a checkout, before Temporal hears of it, and comes back. An
 * order whose every step was done and forgotten is still one order.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markerOf } from '../../worker/faults.ts';
import { checkStock, stockOf } from '../support/checkouts.ts';
import { type Answer, guest } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const CHECKOUT_FAULTS = ['reserveStock:after:exit', 'createPayment:after:exit', 'createOrder:after:exit'];

/** Of the cart that hears of its order. Carts publish all the time, so this one is armed when the order exists. */
const CART_FAULT = 'publishCart:after:exit';
const FAULTS = [...CHECKOUT_FAULTS, CART_FAULT];

let stack: TestStack;

const marker = (fault: string): string => path.join(stack.info.data, 'faults', markerOf(fault));

beforeAll(async () => {
  const environment = { FAULTS: FAULTS.join(','), NODE_ENV: 'test' };
  stack = await startTestStack({ environment, apis: 1, workers: 1, supervise: true });
  writeFileSync(marker(CART_FAULT), '');
});

afterAll(async () => {
  await stack?.stop();
});

/** Until there is an answer that is no outage; always by the same key. */
const insist = (ask: () => Promise<Answer>): Promise<Answer> =>
  eventually(
    async () => {
      const answer = await ask();
      return answer.status < 500 && answer;
    },
    { within: 60_000, every: 200 },
  );

test('a worker that dies after every step of a checkout leaves one order, one payment and one mail', async () => {
  const email = 'una@shopper.example';
  const shopper = guest(stack.api);
  const { version, total } = (await insist(() => shopper.add('T-TEN', 2))).cart;
  const body = { email, expectedTotal: total, testOutcome: 'approve' };
  const headers = { 'if-match': `"${version}"`, 'idempotency-key': randomUUID() };
  const begun = insist(() => shopper.send({ method: 'POST', path: '/cart/checkout', body, headers }));
  for (const fault of CHECKOUT_FAULTS) {
    await eventually(() => existsSync(marker(fault)), { within: 60_000, every: 20 });
  }
  rmSync(marker(CART_FAULT));
  expect((await begun).status).toBeLessThan(300);

  const cart = await eventually(
    async () => {
      const next = (await shopper.get()).cart;
      return next.status === 'active' && next.lines.length === 0 && existsSync(marker(CART_FAULT)) && next;
    },
    { within: 60_000, every: 100 },
  );
  expect(cart.version).toBeGreaterThan(version);
  await stack.inbox.to(email);
  const [books] = await stack.sql`
    SELECT (SELECT count(*)::int FROM orders) AS orders, (SELECT count(*)::int FROM order_lines) AS lines,
      (SELECT count(*)::int FROM test_payments.payments WHERE status = 'captured') AS captured,
      (SELECT count(*)::int FROM test_payments.payments) AS payments,
      (SELECT count(*)::int FROM stock_holders) AS holders`;
  expect(books).toEqual({ orders: 1, lines: 1, captured: 1, payments: 1, holders: 0 });
  expect(await stockOf(stack.sql, 'T-TEN')).toMatchObject({ available: 8, held: 0, sold: 2 });
  await checkStock(stack.sql);
  expect(await stack.inbox.to(email)).toHaveLength(1);
  const deaths = [...stack.logs().matchAll(/"fault":"([^"]+)","msg":"a fault happens"/g)];
  expect(deaths.map(([, fault]) => fault)).toEqual(FAULTS);
});
