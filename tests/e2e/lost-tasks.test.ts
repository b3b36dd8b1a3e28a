/**
 * A worker dies with a workflow task in which it has held stock, or written an order, that Temporal has not heard of. The task is done again
 * with what has come in meanwhile, and may come to another end than the first time: nothing stays held, and no order is forgotten.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CheckoutView, isOpen } from '../../contract/checkouts.ts';
import { setProduct } from '../../database/catalogue.ts';
import { markerOf } from '../../worker/faults.ts';
import { checkStock, stockOf } from '../support/checkouts.ts';
import { type Answer, guest } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const AFTER_HOLD = 'reserveStock:after:exit';
const AFTER_ORDER = 'createOrder:after:exit';

let stack: TestStack;

beforeAll(async () => {
  const environment = { FAULTS: [AFTER_HOLD, AFTER_ORDER].join(','), NODE_ENV: 'test' };
  stack = await startTestStack({ environment, apis: 1, workers: 1, supervise: true });
});

afterAll(async () => {
  await stack?.stop();
});

const hasHappened = (fault: string) =>
  eventually(() => existsSync(path.join(stack.info.data, 'faults', markerOf(fault))), {
    within: 60_000,
    every: 10,
  });

/** Until there is an answer, and no outage nor `202`; always by the same key. */
const insist = (ask: () => Promise<Answer>): Promise<Answer> =>
  eventually(
    async () => {
      const answer = await ask();
      return answer.status < 500 && answer.status !== 202 && answer;
    },
    { within: 60_000, every: 200 },
  );

async function beginWith(sku: string) {
  const shopper = guest(stack.api);
  const { version, total } = (await insist(() => shopper.add(sku, 1))).cart;
  const body = { expectedTotal: total, testOutcome: 'approve' };
  const headers = { 'if-match': `"${version}"`, 'idempotency-key': randomUUID() };
  const begun = insist(() => shopper.send({ method: 'POST', path: '/cart/checkout', body, headers }));
  return { shopper, begun };
}

test('a price that changes before the task is done again leaves nothing held', async () => {
  const { begun } = await beginWith('T-TEN');
  await hasHappened(AFTER_HOLD);
  await setProduct(stack.sql, 'T-TEN', { price: 7_777 });
  const answer = await begun;
  expect([answer.status, answer.problem.code], answer.text).toEqual([412, 'price_changed']);
  expect(await stockOf(stack.sql, 'T-TEN')).toMatchObject({ available: 10, held: 0, sold: 0 });
  await checkStock(stack.sql);
});

test('a merchant who gives the money back before the task is done again finds the order that there is', async () => {
  const { shopper, begun } = await beginWith('T-ONE');
  await hasHappened(AFTER_ORDER);
  const [order] = await stack.sql<{ orderId: string; checkoutId: string }[]>`
    SELECT order_id AS "orderId", checkout_id AS "checkoutId" FROM orders ORDER BY placed_at DESC LIMIT 1`;
  const event = { type: 'payment.refunded', data: { checkoutId: order?.checkoutId } };
  await fetch(`${stack.info.payments}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([event]),
  });
  expect((await begun).status).toBeLessThan(300);
  const read = () => shopper.send({ method: 'GET', path: '/cart/checkout' });
  const end = await eventually(
    async () => {
      const answer = await read();
      const checkout = answer.json<CheckoutView>();
      return answer.status === 200 && !isOpen(checkout.status) && checkout;
    },
    { within: 60_000, every: 100 },
  );
  expect(end).toMatchObject({ status: 'completed', orderId: order?.orderId });
  expect(await stockOf(stack.sql, 'T-ONE')).toMatchObject({ available: 0, held: 0, sold: 1 });
  await checkStock(stack.sql);
});
