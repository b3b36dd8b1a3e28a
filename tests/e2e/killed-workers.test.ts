/** Long work of operators under SIGKILL: every worker dies in the middle of it, and what is left is done by the next one, once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { guest, signToken } from '../support/client.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let authorization: string;

beforeAll(async () => {
  stack = await startTestStack({
    apis: 1,
    environment: { RETENTION_INTERVAL: 'off', RECONCILE_INTERVAL: 'off' },
  });
  const token = await signToken(stack.info.jwt, 'operator-1', { claims: { roles: ['operator'] } });
  authorization = `Bearer ${token}`;
});
afterAll(() => stack?.stop());

async function operate<Body>(method: string, path: string, body?: object): Promise<Body> {
  const headers = { authorization, 'content-type': 'application/json' };
  const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
  const answer = await fetch(`${stack.api[0]}${path}`, init);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}

async function killAllWorkers(): Promise<void> {
  await Promise.all([stack.kill('worker-1'), stack.kill('worker-2')]);
  await Promise.all([stack.restart('worker-1'), stack.restart('worker-2')]);
}

interface Run {
  status: string;
  deleted: { outbox?: number };
}

const newestRun = async () => (await operate<{ runs: Run[] }>('GET', '/admin/retention')).runs[0];

test('retention goes on where it was, deletes each row once, and its book is exact', async () => {
  await stack.sql`
    INSERT INTO outbox (purpose, key, payload, cancelled_at, due_at)
    SELECT 'recovery', number, '{}', CASE WHEN number > 10 THEN now() - interval '40 days' END, now() + interval '1 day'
    FROM generate_series(1, 30010) AS number`;
  await operate('POST', '/admin/retention', {});
  await eventually(async () => expect((await newestRun())?.deleted.outbox).toBeGreaterThan(0), {
    within: 60_000,
  });
  await killAllWorkers();
  expect((await newestRun())?.status).toBe('running');
  await eventually(async () => expect((await newestRun())?.status).toBe('finished'), {
    within: 120_000,
    every: 250,
  });
  expect((await newestRun())?.deleted).toEqual({ outbox: 30_000 });
  const [left] = await stack.sql<{ n: number }[]>`SELECT count(*) AS n FROM outbox`;
  expect(left?.n).toBe(10);
});

test('a bulk action reaches every cart, and changes each once', async () => {
  const shoppers = Array.from({ length: 150 }, () => guest(stack.api));
  for (let first = 0; first < shoppers.length; first += 10)
    await Promise.all(shoppers.slice(first, first + 10).map((shopper) => shopper.add('T-041')));
  const body = { action: 'withdraw', sku: 'T-041', reason: 'recall' };
  const { id } = await operate<{ id: string }>('POST', '/admin/bulk-actions', body);
  const see = () => operate<{ status: string; changed: number }>('GET', `/admin/bulk-actions/${id}`);
  await eventually(async () => expect((await see()).changed).toBeGreaterThan(0), {
    within: 60_000,
    every: 5,
  });
  await killAllWorkers();
  await eventually(async () => expect(await see()).toMatchObject({ status: 'done', changed: 150 }), {
    within: 120_000,
    every: 250,
  });
  const entries = await stack.sql<{ n: number }[]>`
    SELECT count(*) AS n FROM cart_trail WHERE request_id LIKE 'bulk-action:%' GROUP BY cart_id`;
  expect(entries.map(({ n }) => n)).toEqual(shoppers.map(() => 1));
});
