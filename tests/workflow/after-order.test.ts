/** What a cart does after an order: it goes on at once, and begins a fresh run when nobody is busy with it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CartPolicy } from '../../cart/state.ts';
import { inspectQuery } from '../../workflows/messages.ts';
import { type CartUnderTest } from '../support/cart-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { eventsOf, failedTasksOf } from '../support/histories.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

const MINUTE = 60_000;
const QUIET: Partial<CartPolicy> = { idleTickMs: 5 * MINUTE };

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal({ policy: QUIET, policyOfToday: { rememberedKeysMax: 99 } });
});
afterAll(() => temporal?.close());

const order = async (cart: CartUnderTest, orderId: string): Promise<void> => {
  const before = (await cart.finished()).length;
  await cart.signalByHand('complete', { orderId });
  await eventually(async () => expect(await cart.finished()).toHaveLength(before + 1));
};

/** A cart whose first order has just been made. */
async function afterOrder(policy: Partial<CartPolicy> = {}) {
  const cart = temporal.cart({ kind: 'customer', policy });
  await cart.add('T-A', 2, { idempotencyKey: 'old' });
  const firstRun = await cart.runId();
  await order(cart, 'order-1');
  return { cart, firstRun };
}

/** How often a run wrote search attributes, other than with its end. */
const indexed = async (cart: CartUnderTest, run: string): Promise<number> =>
  (await eventsOf(temporal.client, cart.workflowId, run)).filter(
    ({ upsertWorkflowSearchAttributesEventAttributes: written }) =>
      written?.searchAttributes?.indexedFields?.ItemCount,
  ).length;

describe('the fresh run', () => {
  test('begins once the cart has been quiet, not with the order', async () => {
    const { cart, firstRun } = await afterOrder();
    await cart.skip(4 * MINUTE);
    expect(await cart.runId()).toBe(firstRun);
    await cart.skip(2 * MINUTE);
    expect(await cart.runId()).not.toBe(firstRun);
    expect(await failedTasksOf(temporal.client, cart.workflowId, firstRun)).toEqual([]);
    expect(await cart.view()).toMatchObject({ lines: [], version: 2 });
  });

  test('brings search attributes and settings of today along; nothing is indexed twice', async () => {
    const { cart, firstRun } = await afterOrder();
    await cart.add('T-B', 1);
    await cart.add('T-C', 1);
    await cart.skip(6 * MINUTE);
    expect(await cart.runId()).not.toBe(firstRun);
    expect(await indexed(cart, firstRun)).toBe(0);
    const { typedSearchAttributes } = await cart.handle.describe();
    const values = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    expect(values).toContainEqual(['ItemCount', 2]);
    expect(values).toContainEqual(['CartStatus', 'active']);
    expect((await cart.handle.query(inspectQuery)).policy.rememberedKeysMax).toBe(99);
  });

  test('is named on the timer that waits for it', async () => {
    const { cart, firstRun } = await afterOrder({ idleTickMs: 5 * MINUTE });
    await cart.skip(MINUTE);
    await cart.add('T-B', 1);
    await cart.skip(4 * MINUTE + 1_000);
    const events = await eventsOf(temporal.client, cart.workflowId, firstRun);
    const summaries = events.map(({ userMetadata }) => String(userMetadata?.summary?.data ?? ''));
    expect(summaries.filter((text) => text.includes('a fresh run after the order'))).toHaveLength(1);
  });

  test('begins at once where the history is long', async () => {
    const { cart, firstRun } = await afterOrder({ continueAsNewAfterEvents: 12 });
    await eventually(async () => {
      await cart.add('T-B', 1);
      expect(await cart.runId()).not.toBe(firstRun);
    });
    const { runId } = await cart.handle.describe();
    await cart.skip(6 * MINUTE);
    // It was the fresh run for the order, too.
    expect(await cart.runId()).toBe(runId);
  });

  test('begins with the order in carts that were made before it waited', async () => {
    const { cart, firstRun } = await afterOrder({ freshRunWhenQuiet: false });
    await eventually(async () => expect(await cart.runId()).not.toBe(firstRun));
  });

  test('waits for the database', async () => {
    const cart = temporal.cart({ policy: { idleTickMs: 20_000, publishWaitMs: 400 } });
    await cart.add('T-A', 2);
    const firstRun = await cart.runId();
    temporal.databaseGate.shut();
    await cart.signalByHand('complete', { orderId: 'order-1' });
    await cart.skip(40_000);
    expect(await cart.runId()).toBe(firstRun);
    temporal.databaseGate.open();
    await cart.skip(10_000);
    await eventually(async () => expect(await cart.finished()).toMatchObject([{ total: 3998 }]));
    await eventually(async () => expect(await cart.runId()).not.toBe(firstRun));
  });
});

describe('what comes between the order and the fresh run', () => {
  test('a write lands in the next cart and stays; its retry and that of an old one are known', async () => {
    const { cart, firstRun } = await afterOrder();
    const receipt = await cart.add('T-B', 1, { idempotencyKey: 'new' });
    await cart.skip(6 * MINUTE);
    expect(await cart.runId()).not.toBe(firstRun);
    expect(await cart.add('T-B', 1, { idempotencyKey: 'new' })).toEqual(receipt);
    expect((await cart.add('T-A', 2, { idempotencyKey: 'old' })).version).toBe(1);
    expect((await cart.view()).lines).toMatchObject([{ sku: 'T-B', quantity: 1 }]);
    expect(await cart.publishedView()).toEqual(await cart.view());
  });

  test('a second order: the wait begins anew, and one fresh run is enough for both', async () => {
    const { cart, firstRun } = await afterOrder();
    await cart.add('T-B', 1);
    await cart.skip(4 * MINUTE);
    await order(cart, 'order-2');
    await cart.skip(4 * MINUTE);
    expect(await cart.runId()).toBe(firstRun);
    await cart.skip(2 * MINUTE);
    const secondRun = await cart.runId();
    expect(secondRun).not.toBe(firstRun);
    await cart.skip(10 * MINUTE);
    expect(await cart.runId()).toBe(secondRun);
    expect(await cart.finished()).toMatchObject([{ total: 3998 }, { total: 4995 }]);
    expect((await cart.view()).lines).toEqual([]);
  });

  test('an absence: it is noticed, and crosses with the cart', async () => {
    const { cart, firstRun } = await afterOrder({ recoveryDelaysMs: [MINUTE, 60 * MINUTE] });
    await cart.add('T-B', 1);
    await cart.skip(2 * MINUTE);
    expect((await cart.row())?.abandoned_at).not.toBeNull();
    await cart.skip(4 * MINUTE);
    expect(await cart.runId()).not.toBe(firstRun);
    expect(await cart.view()).toHaveProperty('abandonedAt');
    const { typedSearchAttributes } = await cart.handle.describe();
    expect(typedSearchAttributes.getAll().map(({ key }) => key.name)).toContain('AbandonedAt');
  });

  test('its expiry: the cart ends in the run that it has', async () => {
    const { cart, firstRun } = await afterOrder({ expiryEmptyMs: MINUTE });
    await cart.skip(2 * MINUTE);
    const { runId, status } = await cart.handle.describe();
    expect([runId, status.name]).toEqual([firstRun, 'COMPLETED']);
  });

  test('a merge: the lines of the guest who has ordered before reach the customer', async () => {
    const guest = temporal.cart();
    await guest.add('T-A', 1);
    await order(guest, 'order-1');
    await guest.add('T-B', 2);
    const { cart } = await afterOrder();
    expect((await cart.merge(guest)).refusal).toBeUndefined();
    await cart.skip(6 * MINUTE);
    expect((await cart.view()).lines).toMatchObject([{ sku: 'T-B', quantity: 2 }]);
    expect((await guest.handle.describe()).status.name).toBe('COMPLETED');
  });
});

/** Writes beside the order, and on until the run has changed under their hands. Tells how many units were added. */
async function raceFreshRun(cart: CartUnderTest): Promise<number> {
  let added = 0;
  const addOne = async () => {
    const idempotencyKey = randomUUID();
    // Temporal refuses a task that ends the run while a message comes in; the gateway sends that message again as well.
    const { refusal } = await eventually(() => cart.add('T-A', 1, { idempotencyKey }));
    expect(refusal).toBeUndefined();
    added += 1;
  };
  await addOne();
  const run = await cart.runId();
  await Promise.all([cart.signalByHand('complete', { orderId: 'order-1' }), addOne(), addOne()]);
  await eventually(async () => {
    await addOne();
    expect(await cart.runId()).not.toBe(run);
  });
  await addOne();
  return added;
}

test('an order and writes that race the fresh run are neither lost nor doubled', async () => {
  const carts = Array.from({ length: 12 }, (_, index) =>
    temporal.cart({ kind: 'customer', policy: { idleTickMs: 1 + 4 * index } }),
  );
  await Promise.all(
    carts.map(async (cart) => {
      const added = await raceFreshRun(cart);
      await eventually(async () => {
        const finished = await cart.finished();
        expect(finished).toHaveLength(1);
        const { totalQuantity } = JSON.parse(finished[0]?.view as string) as { totalQuantity: number };
        expect(totalQuantity + (await cart.view()).totalQuantity).toBe(added);
      });
    }),
  );
});
