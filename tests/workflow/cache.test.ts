/** A cart is the same whether a worker has it in memory, has lost it, or is another worker. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { requestFor } from '../support/requests.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal({ maxCachedWorkflows: 2 });
});
afterAll(() => temporal?.close());

test('carts that push each other out of the cache keep their state and their keys', async () => {
  const carts = Array.from({ length: 6 }, () => temporal.cart());
  for (let round = 0; round < 4; round += 1)
    for (const [index, cart] of carts.entries())
      await cart.add('T-A', index + 1, { idempotencyKey: `round-${round}` });
  for (const [index, cart] of carts.entries()) {
    await cart.add('T-A', index + 1, { idempotencyKey: 'round-0' });
    expect(await cart.view()).toMatchObject({ version: 4, totalQuantity: 4 * (index + 1) });
    expect(await cart.publishedView()).toEqual(await cart.view());
  }
});

test('a worker that stops in the middle leaves carts that the next one goes on with', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1, { idempotencyKey: 'before' });
  await cart.signalByHand('removeItem', { lineId: 'l9' });
  const before = await cart.view();
  const adding = requestFor(await cart.addOf('T-B', 1));
  await temporal.stopWorker();
  const answer = cart.submit(adding);
  await temporal.startWorker();
  expect(await answer).toMatchObject({ version: 2 });
  expect(await cart.add('T-A', 1, { idempotencyKey: 'before' })).toMatchObject({ version: 1 });
  const after = await cart.view();
  expect(after.lines[0]).toEqual(before.lines[0]);
  expect(after).toMatchObject({ id: before.id, version: 2, totalQuantity: 2 });
  expect(await cart.publishedView()).toEqual(after);
});

test('messages that arrive while no worker is there are taken, once each, when one comes', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  const operation = await cart.addOf('T-A', 1);
  await temporal.stopWorker();
  for (let count = 0; count < 10; count += 1) await cart.signal(requestFor(operation));
  await temporal.startWorker();
  await eventually(async () => expect((await cart.row())?.total_quantity).toBe(11));
  expect((await cart.view()).version).toBe(11);
});
