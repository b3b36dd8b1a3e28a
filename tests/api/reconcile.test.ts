/** Reconcile on demand: an operator starts it, sees what it found, and the row that was wrong is right again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createOperatedShop, type OperatedShop } from '../support/operated-shop.ts';

let shop: OperatedShop;
beforeAll(async () => {
  shop = await createOperatedShop();
});
afterAll(() => shop?.close());

interface Runs {
  runs: { number: number; trigger: string; status: string; mismatches: object; repaired: number }[];
}

const start = () => shop.operate('POST', '/admin/reconcile', {});
const newest = async () => ((await shop.operate('GET', '/admin/reconcile')).body as unknown as Runs).runs[0];

const finished = (after = 0) =>
  eventually(
    async () => {
      const run = await newest();
      expect(run?.status).toBe('finished');
      expect(run?.number).toBeGreaterThan(after);
      return run;
    },
    { within: 60_000 },
  );

test('there is nothing to see before the first run', async () => {
  expect((await shop.operate('GET', '/admin/reconcile')).body).toEqual({ runs: [] });
});

test('a row that somebody broke is found and repaired, and the run says so', async () => {
  const { cartId, headers } = await shop.customer();
  await shop.temporal.sql`UPDATE carts SET view = '{"lines":[]}', version = 0 WHERE cart_id = ${cartId}`;
  const answer = await start();
  expect([answer.status, answer.body]).toEqual([202, { isFresh: true }]);
  expect(await finished()).toMatchObject({ trigger: 'operator', repaired: 1, mismatches: { stale: 1 } });
  const { body } = await shop.fetch('/cart', { headers });
  expect([body.version, body.lines.length]).toEqual([1, 1]);
});

test('asked for by many at once, one run goes on and the others join it', async () => {
  const before = (await newest())?.number ?? 0;
  const answers = await Promise.all(Array.from({ length: 8 }, start));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 202));
  expect(
    answers.filter(({ body }) => (body as unknown as { isFresh: boolean }).isFresh).length,
  ).toBeGreaterThan(0);
  const run = await finished(before);
  expect(run).toMatchObject({ mismatches: {}, repaired: 0 });
});

test('is for operators alone', async () => {
  const { headers } = await shop.customer();
  for (const method of ['GET', 'POST']) {
    expect((await shop.fetch('/admin/reconcile', { method, headers })).status).toBe(403);
    expect((await shop.fetch('/admin/reconcile', { method })).status).toBe(401);
  }
});
