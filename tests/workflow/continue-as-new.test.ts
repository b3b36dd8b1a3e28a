/** A cart over many runs: nothing is lost, nothing is doubled, and what was answered once is answered the same way again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { requestFor } from '../support/requests.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal({ policy: { continueAsNewAfterEvents: 20 } });
});
afterAll(() => temporal?.close());

describe('a key', () => {
  test('is remembered within a run: same receipt, no effect, and its attempt tells the replay', async () => {
    const cart = temporal.cart({ policy: { continueAsNewAfterEvents: 1_000 } });
    const first = await cart.add('T-A', 1, { idempotencyKey: 'k', attempt: 'first' });
    const again = await cart.add('T-A', 1, { idempotencyKey: 'k', attempt: 'second' });
    expect(again).toEqual({ ...first, attempt: 'first' });
    expect((await cart.view()).totalQuantity).toBe(1);
  });

  test('is remembered by a later run', async () => {
    const cart = temporal.cart();
    const first = await cart.add('T-A', 1, { idempotencyKey: 'k' });
    const firstRun = await cart.runId();
    await eventually(async () => {
      await cart.add('T-B', 1);
      expect(await cart.runId()).not.toBe(firstRun);
    });
    expect(await cart.add('T-A', 1, { idempotencyKey: 'k' })).toEqual(first);
    expect((await cart.view()).lines[0]).toMatchObject({ sku: 'T-A', quantity: 1 });
    expect(await cart.status('k')).toEqual({ status: 'applied', version: 1 });
  });

  test('with another request is refused', async () => {
    const cart = temporal.cart();
    await cart.add('T-A', 1, { idempotencyKey: 'k' });
    expect(await cart.add('T-A', 2, { idempotencyKey: 'k' })).toMatchObject({
      refusal: { code: 'idempotency_key_reused' },
    });
  });

  test('of a refused request may be used again', async () => {
    const cart = temporal.cart();
    await cart.add('T-A', 1);
    const remove = { type: 'removeItem', lineId: 'l2' } as const;
    expect((await cart.do(remove, { idempotencyKey: 'k' })).refusal?.code).toBe('line_not_found');
    await cart.add('T-B', 1);
    expect((await cart.do(remove, { idempotencyKey: 'k' })).refusal).toBeUndefined();
  });
});

describe('an order', () => {
  test('ends the generation: it is kept, and the next cart is empty under a new id', async () => {
    const cart = temporal.cart();
    await cart.add('T-A', 2, { idempotencyKey: 'old' });
    const before = await cart.view();
    await cart.signalByHand('complete', { orderId: 'order-1' });
    await eventually(async () => expect(await cart.finished()).toHaveLength(1));
    const after = await cart.view();
    expect(after).toMatchObject({ status: 'active', lines: [], version: before.version + 1 });
    expect(after.id).not.toBe(before.id);
    expect(await cart.publishedView()).toEqual(after);
    expect(await cart.finished()).toMatchObject([{ cart_id: before.id, status: 'completed', total: 3998 }]);
    expect((await cart.audit()).map((row) => row.kind)).toEqual(['addItem', 'complete']);
    expect((await cart.audit()).at(-1)?.operation).toEqual({ orderId: 'order-1' });
  });

  test('does not let an old retry fill the new cart', async () => {
    const cart = temporal.cart();
    const first = await cart.add('T-A', 2, { idempotencyKey: 'old' });
    await cart.signalByHand('complete', { orderId: 'order-1' });
    await eventually(async () => expect(await cart.finished()).toHaveLength(1));
    expect(await cart.add('T-A', 2, { idempotencyKey: 'old' })).toEqual(first);
    expect((await cart.view()).lines).toEqual([]);
  });

  test('leaves old line ids behind', async () => {
    const cart = temporal.cart();
    await cart.add('T-A', 2);
    await cart.signalByHand('complete', { orderId: 'order-1' });
    await cart.add('T-B', 1);
    expect((await cart.view()).lines).toMatchObject([{ id: 'l2', sku: 'T-B' }]);
    expect((await cart.do({ type: 'removeItem', lineId: 'l1' })).refusal?.code).toBe('line_not_found');
  });

  test('that races adds loses none of them: each is in the order or in the next cart', async () => {
    const cart = temporal.cart();
    await cart.add('T-A', 1);
    const adds = Array.from({ length: 8 }, () => cart.add('T-A', 1));
    const complete = cart.signalByHand('complete', { orderId: 'order-1' });
    const receipts = await Promise.all(adds);
    await complete;
    expect(receipts.every((receipt) => receipt.refusal === undefined)).toBe(true);
    await eventually(async () => expect(await cart.finished()).toHaveLength(1));
    const [finished] = await cart.finished();
    const ordered = (JSON.parse(finished?.view as string) as { totalQuantity: number }).totalQuantity;
    expect(ordered + (await cart.view()).totalQuantity).toBe(9);
  });
});

test('updates that race many new runs are neither lost nor doubled, and their keys stay known', async () => {
  const cart = temporal.cart();
  await cart.start();
  const firstRun = await cart.runId();
  const operation = await cart.addOf('T-A', 1);
  const requests = Array.from({ length: 60 }, (_, index) =>
    requestFor(operation, { idempotencyKey: `key-${index}` }),
  );
  const waiting = [...requests];
  const submitAll = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const request = next;
      await eventually(() => cart.submit(request), { within: 20_000 });
    }
  };
  await Promise.all(Array.from({ length: 4 }, submitAll));
  expect((await cart.view()).totalQuantity).toBe(60);
  expect(await cart.runId()).not.toBe(firstRun);
  const replays = await Promise.all(requests.slice(0, 5).map((request) => cart.submit(request)));
  expect(replays.map((receipt) => receipt.attempt)).toEqual(
    requests.slice(0, 5).map(({ attempt }) => attempt),
  );
  expect((await cart.view()).version).toBe(60);
  await eventually(async () => expect(await cart.audit()).toHaveLength(60));
});

test('signals that race new runs are neither lost nor doubled', async () => {
  const cart = temporal.cart();
  const operation = await cart.addOf('T-A', 1);
  for (let count = 0; count < 40; count += 1) await cart.signal(requestFor(operation));
  await eventually(async () => expect((await cart.row())?.total_quantity).toBe(40));
  expect(await cart.audit()).toHaveLength(40);
});

test('a cart of the largest size crosses to a new run', async () => {
  const cart = temporal.cart();
  const note = 'ü'.repeat(500);
  const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`note${index}`, note]));
  let refused = 0;
  const runs = new Set<string>();
  for (let count = 1; count <= 60; count += 1) {
    const sku = `T-${String(count).padStart(3, '0')}`;
    const operations = [
      { ...(await cart.addOf(sku, 1)), attributes },
      ...Array.from({ length: 5 }, () => ({ type: 'removeItem', lineId: 'l999' }) as const),
    ];
    const { outcomes } = await cart.do(operations, { atomic: false });
    if (outcomes[0]?.ok !== true) refused += 1;
    runs.add(await cart.runId());
  }
  expect(refused).toBeGreaterThan(0);
  expect(runs.size).toBeGreaterThan(2);
  expect((await cart.view()).lines.length + refused).toBe(60);
  const { version } = await cart.do({ type: 'clear' });
  expect(await cart.row()).toMatchObject({ version });
});
