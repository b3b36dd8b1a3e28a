/** Two carts become one: exactly once or not at all, whoever asks, however often, and whatever the carts are doing meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setProduct } from '../../database/catalogue.ts';
import type { CartUnderTest } from '../support/cart-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal();
});
afterAll(() => temporal?.close());

const linesOf = async (cart: CartUnderTest): Promise<string[]> =>
  (await cart.view()).lines.map((line) => `${line.quantity} × ${line.sku}`);

const expectClosed = (guest: CartUnderTest) =>
  eventually(async () => expect((await guest.handle.describe()).status.name).toBe('COMPLETED'));

/** A guest with two units of T-A and one of T-B, and a customer with one unit of T-A. */
async function pair(policy = {}): Promise<{ guest: CartUnderTest; customer: CartUnderTest }> {
  const guest = temporal.cart({ policy });
  const customer = temporal.cart({ kind: 'customer', policy });
  await guest.add('T-A', 2);
  await guest.add('T-B', 1);
  await customer.add('T-A', 1);
  return { guest, customer };
}

describe('a merge', () => {
  test('puts the guest’s units into the customer’s cart, closes the guest’s, and both trails say so', async () => {
    const { guest, customer } = await pair();
    const receipt = await customer.merge(guest);
    expect(receipt).toMatchObject({
      version: 2,
      outcomes: [{ ok: true, merge: { adjusted: [], dropped: [] } }],
    });
    expect(await linesOf(customer)).toEqual(['3 × T-A', '1 × T-B']);
    expect(await customer.row()).toMatchObject({ version: 2, total_quantity: 4 });
    await expectClosed(guest);
    expect(await guest.row()).toMatchObject({ status: 'merged', version: 3 });
    expect(await guest.finished()).toMatchObject([{ status: 'merged', version: 3 }]);
    expect((await guest.audit()).map((row) => row.kind)).toEqual(['addItem', 'addItem', 'merge']);
    expect((await customer.audit()).map((row) => row.kind)).toEqual(['addItem', 'merge']);
    const { searchAttributes, memo } = await guest.handle.describe();
    expect(searchAttributes.CartStatus).toEqual(['merged']);
    expect(memo).toMatchObject({ successor: customer.workflowId });
    expect(await guest.details()).toContain(`Merged into ${customer.workflowId}`);
  });

  test('makes the customer’s cart where there is none', async () => {
    const guest = temporal.cart();
    const customer = temporal.cart({ kind: 'customer' });
    await guest.add('T-A', 2);
    expect(await customer.merge(guest)).toMatchObject({ version: 1 });
    expect(await linesOf(customer)).toEqual(['2 × T-A']);
    await expectClosed(guest);
  });

  test('under the same key, under another, and by another strategy has one effect and one answer', async () => {
    const { guest, customer } = await pair();
    const first = await customer.merge(guest, { idempotencyKey: 'k' });
    const again = await customer.merge(guest, { idempotencyKey: 'k' });
    expect(again).toEqual(first);
    const other = await customer.merge(guest, { idempotencyKey: 'other', strategy: 'max' });
    expect(other).toMatchObject({ attempt: first.attempt, version: 2, outcomes: first.outcomes });
    expect((await customer.view()).totalQuantity).toBe(4);
    expect(await customer.merge(guest, { idempotencyKey: 'k', strategy: 'max' })).toMatchObject({
      refusal: { code: 'idempotency_key_reused' },
    });
  });

  test('ten times at once has one effect, and all hear of it', async () => {
    const { guest, customer } = await pair();
    const receipts = await Promise.all(Array.from({ length: 10 }, () => customer.merge(guest)));
    expect(new Set(receipts.map(({ attempt }) => attempt)).size).toBe(1);
    expect(receipts.every(({ refusal }) => refusal === undefined)).toBe(true);
    expect((await customer.view()).totalQuantity).toBe(4);
  });

  test('goes on where the customer’s cart has begun a new run, and is remembered there', async () => {
    const { guest, customer } = await pair({ continueAsNewAfterEvents: 8 });
    const run = await customer.runId();
    const first = await customer.merge(guest, { idempotencyKey: 'k' });
    await eventually(async () => expect(await customer.runId()).not.toBe(run));
    expect(await customer.merge(guest, { idempotencyKey: 'k' })).toEqual(first);
    expect(await customer.merge(guest)).toMatchObject({ attempt: first.attempt, version: first.version });
    expect((await customer.view()).totalQuantity).toBe(4);
    await expectClosed(guest);
  });

  test('takes several guests, one after the other and at once', async () => {
    const customer = temporal.cart({ kind: 'customer' });
    const guests = Array.from({ length: 4 }, () => temporal.cart());
    await Promise.all(guests.map((guest) => guest.add('T-A', 1)));
    await Promise.all(guests.map((guest) => customer.merge(guest)));
    expect(await linesOf(customer)).toEqual(['4 × T-A']);
    await Promise.all(guests.map(expectClosed));
  });

  test('sent as a signal tells its outcome by the key', async () => {
    const { guest, customer } = await pair();
    await customer.mergeLater(guest, { idempotencyKey: 'later' });
    await eventually(async () =>
      expect(await customer.status('later')).toEqual({ status: 'applied', version: 2 }),
    );
    await customer.mergeLater(temporal.cart(), { idempotencyKey: 'nothing' });
    await eventually(async () => {
      const rows = await customer.requests();
      expect(rows.map((row) => row.status)).toEqual(
        expect.arrayContaining(['applied', 'applied', 'refused']),
      );
    });
  });

  test('by hand needs no envelope', async () => {
    const { guest, customer } = await pair();
    const receipt = await customer.updateByHand('merge', { guest: guest.workflowId });
    expect(receipt.outcomes).toHaveLength(1);
    expect((await customer.view()).totalQuantity).toBe(4);
  });

  test('takes today’s prices and stock', async () => {
    const guest = temporal.cart();
    const customer = temporal.cart({ kind: 'customer' });
    await guest.add('T-TEN', 6);
    await guest.add('T-C', 1);
    await setProduct(temporal.sql, 'T-TEN', { stock: 4 });
    try {
      const { outcomes } = await customer.merge(guest);
      expect(outcomes).toMatchObject([
        { merge: { adjusted: [{ sku: 'T-TEN', wanted: 6, quantity: 4, reason: 'out_of_stock' }] } },
      ]);
      expect(await linesOf(customer)).toEqual(['4 × T-TEN', '1 × T-C']);
    } finally {
      await setProduct(temporal.sql, 'T-TEN', { stock: 10 });
    }
  });
});

describe('where there is nothing to merge', () => {
  const nothing = { outcomes: [], version: 0 };

  test('because the guest never had a cart, nothing happens', async () => {
    const customer = temporal.cart({ kind: 'customer' });
    const receipt = await customer.merge(temporal.cart());
    expect(receipt).toMatchObject(nothing);
    expect(receipt.refusal).toBeUndefined();
  });

  test('because the guest’s cart is empty, the guest goes on with it', async () => {
    const guest = temporal.cart();
    const customer = temporal.cart({ kind: 'customer' });
    await guest.add('T-A', 1);
    await guest.do({ type: 'clear' });
    expect(await customer.merge(guest)).toMatchObject(nothing);
    expect((await guest.add('T-A', 1)).refusal).toBeUndefined();
    expect((await customer.merge(guest)).outcomes).toHaveLength(1);
    expect(await linesOf(customer)).toEqual(['1 × T-A']);
  });

  test('because the guest’s cart has expired, nothing happens', async () => {
    const guest = temporal.cart({ policy: { expiryGuestMs: 300, idleTickMs: 100 } });
    await guest.add('T-A', 1);
    await expectClosed(guest);
    expect(await temporal.cart({ kind: 'customer' }).merge(guest)).toMatchObject(nothing);
  });
});

describe('a merge that cannot be', () => {
  test('into a second customer is refused, and one of two who race for it gets it', async () => {
    const guest = temporal.cart();
    await guest.add('T-A', 3);
    const customers = Array.from({ length: 2 }, () => temporal.cart({ kind: 'customer' }));
    const receipts = await Promise.all(customers.map((customer) => customer.merge(guest)));
    const views = await Promise.all(customers.map((customer) => customer.view()));
    expect(new Set(views.map((view) => view.totalQuantity))).toEqual(new Set([0, 3]));
    expect(receipts.filter(({ outcomes }) => outcomes.length === 1)).toHaveLength(1);
    await expectClosed(guest);
  });

  test('for a guest, or of a customer’s cart, is refused', async () => {
    const { guest, customer } = await pair();
    expect(await guest.merge(temporal.cart())).toMatchObject({ refusal: { code: 'merge_not_possible' } });
    await expect(customer.merge(customer)).rejects.toThrow();
    expect((await customer.view()).totalQuantity).toBe(1);
  });

  test('for the version has moved on changes neither cart', async () => {
    const { guest, customer } = await pair();
    expect(await customer.merge(guest, { ifMatch: 7 })).toMatchObject({
      refusal: { code: 'version_conflict', currentVersion: 1 },
    });
    expect((await guest.add('T-A', 1)).refusal).toBeUndefined();
    expect(await linesOf(customer)).toEqual(['1 × T-A']);
  });
});

describe('writes to the guest’s cart', () => {
  test('are refused while it is on its way, and the cart is given back where there is nobody to take it', async () => {
    const { guest } = await pair();
    await temporal.stopWorker();
    await guest.signalByHand('surrender', { ticket: 't', to: 'cart:u:nobody' });
    const late = guest.add('T-C', 1);
    await temporal.startWorker();
    // Frozen or given back by the time it was judged: refused or applied, never lost.
    const receipt = await late;
    const view = await guest.view();
    expect(view.totalQuantity).toBe(receipt.refusal ? 3 : 4);
    if (receipt.refusal) expect(receipt.refusal.code).toBe('merge_in_progress');
    await eventually(async () => expect((await guest.add('T-C', 1)).refusal).toBeUndefined());
  });

  test('that race the merge are in the customer’s cart or refused', async () => {
    const { guest, customer } = await pair();
    const adds = Array.from({ length: 8 }, () =>
      guest.add('T-C', 1).then(
        ({ refusal }) => (refusal ? 'refused' : 'applied'),
        () => 'refused',
      ),
    );
    const [merged, ...fates] = await Promise.all([customer.merge(guest), ...adds]);
    expect(merged.outcomes).toHaveLength(1);
    await expectClosed(guest);
    const applied = fates.filter((fate) => fate === 'applied').length;
    expect((await customer.view()).totalQuantity).toBe(4 + applied);
  });
});
