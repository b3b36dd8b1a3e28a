/** Retention on demand: an operator starts it, and sees what it deleted. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { DAY, oldCart } from '../support/old-carts.ts';
import { createOperatedShop, type OperatedShop } from '../support/operated-shop.ts';

let shop: OperatedShop;
beforeAll(async () => {
  shop = await createOperatedShop();
});
afterAll(() => shop?.close());

interface Runs {
  runs: { number: number; trigger: string; status: string; deleted: object; failed: string[] }[];
}

const start = () => shop.operate('POST', '/admin/retention', {});
const newest = async () => ((await shop.operate('GET', '/admin/retention')).body as unknown as Runs).runs[0];

test('there is nothing to see before the first run', async () => {
  expect((await shop.operate('GET', '/admin/retention')).body).toEqual({ runs: [] });
});

test('asked for by several at once, what is old goes and what shoppers have stays', async () => {
  const { headers } = await shop.customer();
  await oldCart(shop.temporal.sql, 'expired', 500 * DAY);
  const answers = await Promise.all([start(), start(), start()]);
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(answers.some(({ body }) => (body as unknown as { isFresh: boolean }).isFresh)).toBe(true);
  await eventually(async () => expect((await newest())?.status).toBe('finished'), { within: 60_000 });
  const { runs } = (await shop.operate('GET', '/admin/retention')).body as unknown as Runs;
  expect(runs.at(-1)).toMatchObject({
    trigger: 'operator',
    deleted: { cart_requests: 3, finished_carts: 1, carts: 1, cart_audit: 4 },
    failed: [],
  });
  expect((await shop.fetch('/cart', { headers })).body.lines).toHaveLength(1);
});

test('is for operators alone', async () => {
  const { headers } = await shop.customer();
  for (const method of ['GET', 'POST']) {
    expect((await shop.fetch('/admin/retention', { method, headers })).status).toBe(403);
    expect((await shop.fetch('/admin/retention', { method })).status).toBe(401);
  }
});
