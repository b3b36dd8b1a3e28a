/** What the gateway says when there is no worker, or no Temporal, and that nothing is lost or doubled by it. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Problem } from '../../api/problem.ts';
import { eventually } from '../support/eventually.ts';
import { createGateway, freshOwner, type Gateway } from '../support/gateways.ts';
import { requestFor } from '../support/requests.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

const MAY_CREATE = { mayCreate: true };

let temporal: TestTemporal;
let gateway: Gateway;
beforeAll(async () => {
  temporal = await createTestTemporal({ hasWorker: false });
  gateway = createGateway(temporal.taskQueue, { REQUEST_DEADLINE: '1500ms' });
});
beforeEach(() => temporal.stopWorker());
afterAll(async () => {
  await gateway?.close();
  await temporal?.close();
});

const add = async (idempotencyKey = 'key') =>
  requestFor(await temporal.cart().addOf('T-A', 1), { idempotencyKey });

/** The code of the Problem that it rejects with, and how long that took. */
async function problemOf(act: Promise<unknown>): Promise<{ code: string; tookMs: number }> {
  const start = Date.now();
  const error = await act.then(
    () => new Error('It did not reject.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Problem)) throw error;
  return { code: error.code, tookMs: Date.now() - start };
}

test('without a worker, a first write has an unknown outcome; with one, the same key has one effect', async () => {
  const owner = freshOwner();
  const { code, tookMs } = await problemOf(gateway.submit(owner, await add(), MAY_CREATE));
  expect(code).toBe('deadline_exceeded');
  expect(tookMs).toBeLessThan(2_500);
  await temporal.startWorker();
  expect(await gateway.submit(owner, await add(), MAY_CREATE)).toMatchObject({ version: 1 });
  expect(await gateway.submit(owner, await add('next'), MAY_CREATE)).toMatchObject({ version: 2 });
  expect(await gateway.queryView(owner)).toMatchObject({ version: 2, totalQuantity: 2 });
});

test('the same holds for a cart that is known, and for the requests behind it in the lane', async () => {
  await temporal.startWorker();
  const owner = freshOwner();
  await gateway.submit(owner, await add('first'), MAY_CREATE);
  await temporal.stopWorker();
  const keys = ['a', 'b', 'c', 'd'];
  const requests = await Promise.all(keys.map((key) => add(key)));
  const problems = await Promise.all(
    requests.map((request) => problemOf(gateway.submit(owner, request, MAY_CREATE))),
  );
  expect(
    problems
      .map(({ code }) => code)
      .sort()
      .at(0),
  ).toBe('deadline_exceeded');
  for (const { code, tookMs } of problems) {
    expect(['deadline_exceeded', 'overloaded']).toContain(code);
    expect(tookMs).toBeLessThan(3_500);
  }
  await temporal.startWorker();
  for (const key of keys) await gateway.submit(owner, await add(key), MAY_CREATE);
  expect(await gateway.queryView(owner)).toMatchObject({ version: 5, totalQuantity: 5 });
});

test('a query without a worker is given up, too', async () => {
  await temporal.startWorker();
  const owner = freshOwner();
  await gateway.submit(owner, await add(), MAY_CREATE);
  await temporal.stopWorker();
  const { code, tookMs } = await problemOf(gateway.queryView(owner));
  expect(['deadline_exceeded', 'dependency_unavailable']).toContain(code);
  expect(tookMs).toBeLessThan(3_000);
});

test('a signal needs no worker: it is taken when one comes', async () => {
  const owner = freshOwner();
  const request = await add();
  await gateway.submitAsync(owner, request);
  const next = await add('next');
  await temporal.startWorker();
  const receipt = await eventually(() => gateway.submit(owner, next, MAY_CREATE), { within: 30_000 });
  expect(receipt).toMatchObject({ version: 2 });
  expect(await gateway.queryStatus(owner, request.key)).toEqual({ status: 'applied', version: 1 });
});

test('an unreachable Temporal is said within about three seconds, for writes, signals and queries', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  const lost = createGateway(temporal.taskQueue, {}, `127.0.0.1:${port}`);
  const owner = freshOwner();
  const request = await add();
  for (const act of [
    () => lost.submit(owner, request, MAY_CREATE),
    () => lost.submitAsync(owner, request),
    () => lost.queryView(owner),
    () => lost.queryStatus(owner, request.key),
  ]) {
    const { code, tookMs } = await problemOf(act());
    expect(code).toBe('dependency_unavailable');
    expect(tookMs).toBeLessThan(3_500);
  }
  expect(await lost.isReachable()).toBe(false);
  expect(await gateway.isReachable()).toBe(true);
  await lost.close();
});
