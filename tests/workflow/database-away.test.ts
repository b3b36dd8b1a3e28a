/** The database goes away, for a moment or for long: the cart answers at once, knows its own state, and catches up by itself. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { requestFor } from '../support/requests.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal({ policy: { publishWaitMs: 500, continueAsNewAfterEvents: 40 } });
});
afterEach(() => temporal.databaseGate.open());
afterAll(() => temporal?.close());

async function timed<Result>(act: Promise<Result>): Promise<{ result: Result; tookMs: number }> {
  const start = Date.now();
  return { result: await act, tookMs: Date.now() - start };
}

test('while it is down, answers come at once, unpublished, and queries are right; then the row catches up', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  const operation = await cart.addOf('T-A', 1);
  temporal.databaseGate.shut();
  const first = await timed(cart.do(operation));
  expect(first.result).toMatchObject({ version: 2 });
  const second = await timed(cart.do(operation));
  expect(second.result).toMatchObject({ version: 3 });
  expect(second.tookMs).toBeLessThan(1_000);
  expect((await cart.view()).totalQuantity).toBe(3);
  expect((await cart.row())?.version).toBe(1);
  temporal.databaseGate.open();
  await eventually(async () => expect((await cart.row())?.version).toBe(3), { within: 20_000 });
  expect(await cart.audit()).toHaveLength(3);
  await cart.add('T-A', 1);
  expect((await cart.row())?.version).toBe(4);
});

test('a publication that fails once is made up for at once, without another change', async () => {
  let failures = 1;
  const own = await createTestTemporal({
    activities: (real) => ({
      ...real,
      publishCart: (publication) =>
        failures-- > 0 ? Promise.reject(new Error('lost')) : real.publishCart(publication),
    }),
  });
  try {
    const cart = own.cart();
    await cart.add('T-A', 2);
    await eventually(async () => expect(await cart.row()).toMatchObject({ version: 1, total_quantity: 2 }));
    expect(await cart.audit()).toHaveLength(1);
    expect(await cart.requests()).toHaveLength(1);
  } finally {
    await own.close();
  }
});

test('a row that somebody took away comes back when the cart is told to publish again', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 2);
  await temporal.sql`DELETE FROM carts WHERE workflow_id = ${cart.workflowId}`;
  await cart.signalByHand('republish');
  await eventually(async () => expect(await cart.row()).toMatchObject({ version: 1, total_quantity: 2 }));
});

test('when it hangs, nobody waits longer than the publish wait, and the next ones not at all', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  const operation = await cart.addOf('T-A', 1);
  temporal.databaseGate.freeze();
  const first = await timed(cart.do(operation));
  expect(first.result).toMatchObject({ version: 2 });
  expect(first.tookMs).toBeLessThan(2_000);
  const next = await timed(cart.do(operation));
  expect(next.tookMs).toBeLessThan(1_000);
  temporal.databaseGate.open();
  await eventually(async () => expect((await cart.row())?.version).toBe(3), { within: 20_000 });
});

test('what is not published crosses to a new run and is published from there', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  const firstRun = await cart.runId();
  const operation = await cart.addOf('T-A', 1);
  temporal.databaseGate.shut();
  for (let count = 0; count < 12; count += 1) await cart.do(operation);
  await eventually(async () => expect(await cart.runId()).not.toBe(firstRun), { within: 20_000 });
  expect((await cart.row())?.version).toBe(1);
  temporal.databaseGate.open();
  await eventually(async () => expect((await cart.row())?.version).toBe(13), { within: 20_000 });
  expect((await cart.audit()).map((row) => row.version)).toEqual(
    Array.from({ length: 13 }, (_, index) => index + 1),
  );
  expect(await cart.requests()).toHaveLength(13);
});

test('messages by hand: a Signal waits for the catalogue, an Update is told', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  const operation = await cart.addOf('T-A', 1);
  temporal.databaseGate.shut();
  await cart.do(operation);
  await cart.signalByHand('addItem', { sku: 'T-B', quantity: 1 });
  await expect(cart.updateByHand('addItem', { sku: 'T-C', quantity: 1 })).rejects.toThrow(
    'Workflow Update failed',
  );
  expect((await cart.view()).totalQuantity).toBe(2);
  temporal.databaseGate.open();
  await eventually(async () => expect((await cart.row())?.version).toBe(3), { within: 20_000 });
  expect((await cart.view()).lines.map((line) => line.sku)).toEqual(['T-A', 'T-B']);
});

test('an order that is made meanwhile is kept until it can be written', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 2);
  const operation = await cart.addOf('T-B', 1);
  temporal.databaseGate.shut();
  await cart.signalByHand('complete', { orderId: 'order-1' });
  await cart.do(operation);
  expect((await cart.row())?.version).toBe(1);
  temporal.databaseGate.open();
  await eventually(async () => expect(await cart.finished()).toMatchObject([{ total: 3998 }]), {
    within: 20_000,
  });
  await eventually(async () => expect((await cart.row())?.total_quantity).toBe(1));
});

test('the outbox has a limit: beyond it writes are refused, and taken again once the database is back', async () => {
  const cart = temporal.cart({ policy: { continueAsNewAfterEvents: 1_000 } });
  await cart.add('T-A', 1);
  const attributes = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`note${index}`, 'x'.repeat(500)]),
  );
  const operations = Array.from(
    { length: 20 },
    () => ({ type: 'updateItem', lineId: 'l1', attributes }) as const,
  );
  temporal.databaseGate.shut();
  const codes: (string | undefined)[] = [];
  for (let count = 0; count < 6; count += 1) codes.push((await cart.do(operations)).refusal?.code);
  expect(codes[0]).toBeUndefined();
  expect(codes.at(-1)).toBe('overloaded');
  temporal.databaseGate.open();
  await eventually(async () => expect((await cart.do(operations)).refusal).toBeUndefined(), {
    within: 20_000,
  });
});

test('a history that grows during a long outage is handed over, time and again', async () => {
  const cart = temporal.cart({ policy: { continueAsNewAfterEvents: 12 } });
  const request = requestFor(await cart.addOf('T-A', 1));
  temporal.databaseGate.shut();
  await cart.submit(request);
  const runs = [await cart.runId()];
  for (let count = 0; count < 2; count += 1) {
    await cart.skip(30_000);
    runs.push(await cart.runId());
    expect(await cart.historyLength()).toBeLessThan(32);
  }
  expect(new Set(runs).size).toBe(3);
  temporal.databaseGate.open();
  await eventually(async () => expect((await cart.row())?.version).toBe(1), { within: 20_000 });
});
