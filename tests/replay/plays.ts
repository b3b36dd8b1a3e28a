/** What the recorded carts lived through: one play for each kind of message, and for each turn that a cart's life may take. */
import { expect } from 'vitest';
import type { CartPolicy } from '../../cart/state.ts';
import type { CartOperation } from '../../contract/operations.ts';
import type { CartUnderTest } from '../support/cart-under-test.ts';
import { eventually } from '../support/eventually.ts';
import type { Gate } from '../support/gate.ts';
import { requestFor } from '../support/requests.ts';

/** A cart beside the recorded one. */
export type OtherCart = (kind: 'guest' | 'customer') => CartUnderTest;

export interface Play {
  kind?: 'guest' | 'customer';
  policy?: Partial<CartPolicy>;
  /** `other`: one more cart, whose history is not kept. */
  run(cart: CartUnderTest, databaseGate: Gate, other: OtherCart): Promise<void>;
}

const UPDATES: Record<string, CartOperation> = {
  'update-item': { type: 'updateItem', lineId: 'l1', quantity: 5 },
  'remove-item': { type: 'removeItem', lineId: 'l1' },
  clear: { type: 'clear' },
};

const byUpdate = (operation: CartOperation): Play => ({
  async run(cart) {
    await cart.add('T-A', 2);
    await cart.do(operation);
    await cart.add('T-B', 1);
  },
});

const bySignal = (operation: CartOperation): Play => ({
  async run(cart) {
    await cart.add('T-A', 2);
    await cart.signal(requestFor(operation));
    await eventually(async () => expect((await cart.view()).version).toBe(2));
    await cart.add('T-B', 1);
  },
});

const newRunBy = async (cart: CartUnderTest, act: () => Promise<unknown>): Promise<void> => {
  const run = await cart.runId();
  await eventually(async () => {
    await act();
    expect(await cart.runId()).not.toBe(run);
  });
};

const EXPIRED: Play = {
  policy: { expiryGuestMs: 700, expiryCustomerMs: 700, idleTickMs: 200 },
  async run(cart) {
    await cart.add('T-A', 1);
    await eventually(async () => expect((await cart.handle.describe()).status.name).toBe('COMPLETED'));
  },
};

export const PLAYS: Record<string, Play> = {
  'add-item': {
    async run(cart) {
      await cart.add('T-A', 2);
      await cart.add('T-A', 1);
      const custom = await cart.addOf('T-CUSTOM', 1, { options: { width: 100, height: 50 } });
      await cart.do({ ...custom, attributes: { gift: 'card' }, separateLine: true });
    },
  },
  ...Object.fromEntries(Object.entries(UPDATES).map(([name, operation]) => [name, byUpdate(operation)])),
  'signal-add-item': {
    async run(cart) {
      await cart.signal(requestFor(await cart.addOf('T-A', 2)));
      await cart.signal(requestFor(await cart.addOf('T-B', 2)));
      await eventually(async () => expect((await cart.view()).version).toBe(2));
    },
  },
  ...Object.fromEntries(
    Object.entries(UPDATES).map(([name, operation]) => [`signal-${name}`, bySignal(operation)]),
  ),
  batch: {
    async run(cart) {
      await cart.do([await cart.addOf('T-A', 1), await cart.addOf('T-B', 2)]);
      await cart.do(
        [
          { type: 'removeItem', lineId: 'l9' },
          { type: 'removeItem', lineId: 'l1' },
        ],
        {
          atomic: false,
        },
      );
      await cart.signal(requestFor([{ type: 'clear' }, await cart.addOf('T-C', 1)]));
      await eventually(async () => expect((await cart.view()).version).toBe(5));
    },
  },
  lane: {
    async run(cart) {
      const again = requestFor(await cart.addOf('T-A', 1));
      await cart.submitAll([again, requestFor(await cart.addOf('T-B', 2))]);
      const refused = requestFor({ type: 'removeItem', lineId: 'l9' });
      await cart.submitAll([refused, again, requestFor({ type: 'removeItem', lineId: 'l1' })]);
    },
  },
  refusals: {
    async run(cart) {
      await cart.add('T-TEN', 9, { idempotencyKey: 'first' });
      await cart.add('T-TEN', 9);
      await cart.add('T-TEN', 9, { idempotencyKey: 'first' });
      await cart.do({ type: 'clear' }, { ifMatch: 7 });
      await cart.signal(requestFor({ type: 'removeItem', lineId: 'l9' }));
      await eventually(async () => expect(await cart.requests()).toHaveLength(2));
    },
  },
  'by-hand': {
    async run(cart) {
      await cart.start();
      await cart.updateByHand('addItem', { sku: 'T-A', quantity: 1 });
      await cart.signalByHand('addItem', { sku: 'T-B', quantity: 1 });
      await eventually(async () => expect((await cart.view()).version).toBe(2));
      await cart.signalByHand('addItem', 'nonsense');
      await cart.signalByHand('addItem', { sku: 'T-NONE', quantity: 1 });
      await cart.updateByHand('clear', {});
    },
  },
  reprice: {
    policy: { priceAgeMs: 1 },
    async run(cart) {
      await cart.add('T-A', 1);
      await cart.add('T-B', 1);
      await cart.do({ type: 'updateItem', lineId: 'l1', quantity: 3 });
    },
  },
  idle: {
    policy: { idleTickMs: 300 },
    async run(cart) {
      await cart.add('T-A', 1);
      const before = await cart.historyLength();
      await eventually(async () => expect(await cart.historyLength()).toBeGreaterThan(before + 3));
      await cart.add('T-A', 1);
    },
  },
  'continue-as-new': {
    policy: { continueAsNewAfterEvents: 20 },
    async run(cart) {
      await cart.add('T-A', 1, { idempotencyKey: 'first' });
      await newRunBy(cart, () => cart.add('T-A', 1));
      await newRunBy(cart, () => cart.add('T-B', 1));
      await cart.add('T-A', 1, { idempotencyKey: 'first' });
    },
  },
  complete: {
    kind: 'customer',
    policy: { idleTickMs: 1_000 },
    async run(cart) {
      await cart.add('T-A', 1, { idempotencyKey: 'old' });
      const run = await cart.runId();
      await cart.signalByHand('complete', { orderId: 'order-1' });
      await cart.add('T-B', 2);
      await cart.signalByHand('complete', { orderId: 'order-2' });
      await eventually(async () => expect(await cart.runId()).not.toBe(run));
      await cart.add('T-A', 1, { idempotencyKey: 'old' });
      await cart.add('T-B', 1);
    },
  },
  'merge-customer': {
    kind: 'customer',
    policy: { continueAsNewAfterEvents: 25 },
    async run(cart, _databaseGate, other) {
      const guest = other('guest');
      await guest.add('T-A', 2);
      await guest.add('T-TEN', 8);
      await cart.add('T-A', 1);
      await cart.add('T-TEN', 5);
      await cart.merge(guest, { idempotencyKey: 'login' });
      await cart.merge(guest, { idempotencyKey: 'again' });
      await cart.merge(other('guest'));
      await newRunBy(cart, () => cart.add('T-B', 1));
      await cart.merge(guest, { idempotencyKey: 'once more' });
      await cart.add('T-B', 1);
    },
  },
  'merge-guest': {
    async run(cart, _databaseGate, other) {
      await cart.add('T-A', 2);
      await cart.signalByHand('surrender', { ticket: 'nobody', to: 'cart:u:nobody' });
      await eventually(async () => expect((await cart.add('T-A', 1)).refusal).toBeUndefined());
      await other('customer').merge(cart);
      await eventually(async () => expect((await cart.handle.describe()).status.name).toBe('COMPLETED'));
    },
  },
  abandoned: {
    policy: { recoveryDelaysMs: [400, 900], idleTickMs: 200, checkoutPatienceMs: 60_000, reopens: true },
    async run(cart) {
      await cart.add('T-A', 1);
      await eventually(async () => expect((await cart.row())?.abandoned_at).not.toBeNull());
      await cart.signalByHand('contactGiven');
      await eventually(async () => expect((await cart.row())?.abandoned_at).toBeNull());
      await eventually(async () => expect((await cart.row())?.abandoned_at).not.toBeNull());
      await cart.signalByHand('recovered', { episode: 2, step: 1 });
      await cart.signalByHand('stopRecovery', { reason: 'unsubscribed' });
      await eventually(async () => expect((await cart.row())?.version).toBe(2));
      await cart.add('T-B', 1);
    },
  },
  expired: EXPIRED,
  'expired-customer': { ...EXPIRED, kind: 'customer' },
  outage: {
    policy: { publishWaitMs: 400 },
    async run(cart, databaseGate) {
      await cart.add('T-A', 1);
      const operation = await cart.addOf('T-A', 1);
      databaseGate.shut();
      await cart.do(operation);
      await cart.do(operation);
      databaseGate.open();
      await eventually(async () => expect((await cart.row())?.version).toBe(3), { within: 20_000 });
      await cart.do(operation);
    },
  },
};
