/** How a cart lives through the absence of its shopper: every transition of docs/concepts/abandonment.md, weeks of it in a second. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CartUnderTest } from '../support/cart-under-test.ts';
import {
  askAbsence,
  beginCheckout,
  DAY,
  DELAYS,
  HOUR,
  leftCart,
  mailsOf,
  MINUTE,
  operate,
  raisePrice,
} from '../support/absence.ts';
import { eventually } from '../support/eventually.ts';
import { giveContact } from '../support/recovery.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal({
    policy: { recoveryDelaysMs: DELAYS },
    // Checkouts do not get anywhere here.
    activities: (real) => ({ ...real, readCheckoutFacts: () => Promise.reject(new Error('not today')) }),
  });
});
afterAll(() => temporal?.close());

const mails = (cart: CartUnderTest) => mailsOf(temporal, cart);

describe.concurrent('a shopper who stays away', () => {
  test.concurrent.each(['guest', 'customer'] as const)(
    'is sent one message at each delay: %s',
    async (kind) => {
      const cart = await leftCart(temporal, { kind });
      const left = (await cart.view()).updatedAt;
      await cart.skip(HOUR - MINUTE);
      expect(await mails(cart)).toEqual([]);
      expect((await askAbsence(cart)).episode).toBeUndefined();
      await cart.skip(2 * MINUTE);
      expect(await mails(cart)).toEqual(['2:1']);
      expect(await askAbsence(cart)).toMatchObject({ status: 'active', episode: 2, step: 1, isOver: false });
      expect(await cart.view()).toMatchObject({ version: 2, abandonedAt: left });
      expect((await cart.row())?.abandoned_at).toEqual(new Date(left ?? ''));
      await cart.skip(DAY - HOUR);
      expect(await mails(cart)).toEqual(['2:1', '2:2']);
      await cart.skip(2 * DAY);
      expect(await mails(cart)).toEqual(['2:1', '2:2', '2:3']);
      await cart.skip(30 * DAY);
      expect(await mails(cart)).toEqual(['2:1', '2:2', '2:3']);
      expect((await cart.view()).version).toBe(2);
    },
  );

  test.concurrent('has a cart that tells operators so, and that costs a handful of events', async () => {
    const cart = await leftCart(temporal);
    await cart.skip(10 * MINUTE);
    const idle = await cart.historyLength();
    await cart.skip(10 * DAY);
    // For each of three messages a timer, a task and a note of the promise: six; the mark in the index once; the skipping itself.
    expect((await cart.historyLength()) - idle).toBeLessThanOrEqual(26);
    expect(await cart.details()).toMatch(/Abandoned since .*\(episode 2\): 3 recovery e-mails/);
    const query = `CartOwner = '${cart.ownerHash}' AND AbandonedAt > '2020-01-01T00:00:00Z'`;
    await eventually(async () => expect((await temporal.client.workflow.count(query)).count).toBe(1));
    await cart.add('T-A', 1);
    await cart.skip(6 * MINUTE);
    await eventually(async () => expect((await temporal.client.workflow.count(query)).count).toBe(0));
  });

  test.concurrent('who may not be written to is sent nothing, and the cart counts as abandoned all the same', async () => {
    const cart = temporal.cart();
    await cart.add('T-A', 1);
    await cart.skip(DAY + HOUR);
    expect(await mails(cart)).toEqual([]);
    expect((await cart.view()).abandonedAt).toBeDefined();
    expect(await askAbsence(cart)).toMatchObject({ episode: 1, isOver: true });
    await giveContact(temporal.sql, cart.ownerHash);
    await cart.signalByHand('contactGiven');
    await eventually(async () => expect((await cart.row())?.abandoned_at).toBeNull());
    await cart.skip(2 * HOUR);
    expect(await mails(cart)).toEqual(['2:1']);
    expect((await cart.view()).version).toBe(1);
  });

  test.concurrent('has nothing in the cart: there is nothing to come back to', async () => {
    const cart = await leftCart(temporal);
    await cart.do({ type: 'clear' });
    await cart.skip(DAY);
    expect(await mails(cart)).toEqual([]);
    expect(await cart.view()).not.toHaveProperty('abandonedAt');
  });
});

interface Transition {
  act: (cart: CartUnderTest) => Promise<unknown>;
  /** The next absence's name after an act before the first message, and after it; none: there are no more messages. */
  next?: [before: number, after: number];
}

const signal =
  (name: string, ...args: unknown[]) =>
  (cart: CartUnderTest) =>
    cart.signalByHand(name, ...args);

/** What the shopper does, or has done to them, ends an absence. */
const ENDS: Record<string, Transition> = {
  'adds a line': { act: (cart) => cart.add('T-C', 1), next: [3, 3] },
  'changes a quantity': {
    act: (cart) => cart.do({ type: 'updateItem', lineId: 'l1', quantity: 3 }),
    next: [3, 3],
  },
  'removes a line': { act: (cart) => cart.do({ type: 'removeItem', lineId: 'l1' }), next: [3, 3] },
  'clears the cart': { act: (cart) => cart.do({ type: 'clear' }) },
  'gives an address': { act: signal('contactGiven'), next: [2, 3] },
  'uses a link': { act: signal('recovered', { episode: 2, step: 1 }) },
  unsubscribes: { act: signal('stopRecovery', { reason: 'unsubscribed' }) },
  'is forgotten': { act: signal('stopRecovery', { reason: 'erased' }) },
  orders: { act: signal('complete', { orderId: 'order-1' }) },
};

/** What the shop does is no return. */
const GOES_ON: Record<string, (cart: CartUnderTest, isFirst: boolean) => Promise<unknown>> = {
  'raises a price': (cart) => raisePrice(cart, 'T-A'),
  'withdraws a line': (cart, isFirst) =>
    isFirst ? operate(cart, { type: 'withdraw', sku: 'T-B', reason: 'recall' }) : raisePrice(cart, 'T-A'),
  'locks and unlocks the cart': async (cart) => {
    await operate(cart, { type: 'lock', reason: 'a look' });
    await operate(cart, { type: 'unlock', reason: 'looked' });
  },
  'has the cart published again': signal('republish'),
};

describe.concurrent('a shopper who', () => {
  const rows = Object.entries(ENDS);

  test.concurrent.each(rows)('%s before the first message is not sent it', async (_title, { act, next }) => {
    const cart = await leftCart(temporal);
    await cart.skip(50 * MINUTE);
    await act(cart);
    await cart.skip(50 * MINUTE);
    expect(await mails(cart)).toEqual([]);
    await cart.skip(15 * MINUTE);
    expect(await mails(cart)).toEqual(next ? [`${next[0]}:1`] : []);
  });

  test.concurrent.each(rows)(
    '%s after the first message is not sent the second',
    async (_title, { act, next }) => {
      const cart = await leftCart(temporal);
      await cart.skip(2 * HOUR);
      await act(cart);
      await eventually(async () =>
        expect((await askAbsence(cart)).isOver || !(await askAbsence(cart)).episode).toBe(true),
      );
      await cart.skip(DAY);
      expect(await mails(cart)).toEqual(['2:1', ...(next ? [`${next[1]}:1`] : [])]);
    },
  );
});

describe.concurrent('a shop that', () => {
  test.concurrent.each(Object.entries(GOES_ON))('%s begins no second sequence', async (_title, act) => {
    const cart = await leftCart(temporal);
    await cart.skip(30 * MINUTE);
    await act(cart, true);
    await cart.skip(31 * MINUTE);
    expect(await mails(cart)).toEqual(['2:1']);
    await act(cart, false);
    expect(await askAbsence(cart)).toMatchObject({ episode: 2, isOver: false });
    expect((await cart.view()).abandonedAt).toBeDefined();
    await eventually(async () => expect((await cart.row())?.version).toBe((await cart.view()).version));
    expect((await cart.row())?.abandoned_at).not.toBeNull();
    await cart.skip(4 * DAY);
    expect(await mails(cart)).toEqual(['2:1', '2:2', '2:3']);
  });

  test.concurrent('locks a cart holds its messages up, and they do not bunch afterwards', async () => {
    const cart = await leftCart(temporal);
    await operate(cart, { type: 'lock', reason: 'a look' });
    await cart.skip(5 * DAY);
    expect(await mails(cart)).toEqual([]);
    await operate(cart, { type: 'unlock', reason: 'looked' });
    await eventually(async () => expect(await mails(cart)).toEqual(['2:1']));
    await cart.skip(11 * HOUR);
    expect(await mails(cart)).toEqual(['2:1']);
    await cart.skip(HOUR);
    expect(await mails(cart)).toEqual(['2:1', '2:2']);
    await cart.skip(DAY + HOUR);
    expect(await mails(cart)).toEqual(['2:1', '2:2', '2:3']);
  });
});

describe.concurrent('a return', () => {
  test.concurrent('is in the trail: by the change that was made', async () => {
    const cart = await leftCart(temporal);
    await cart.skip(25 * HOUR);
    await cart.add('T-A', 1);
    expect(await cart.view()).not.toHaveProperty('abandonedAt');
    expect((await cart.row())?.abandoned_at).toBeNull();
    const recovered = { episode: 2, messages: 2 };
    await eventually(async () => expect((await cart.audit()).at(-1)?.change).toMatchObject({ recovered }));
  });

  test.concurrent('is in the trail: by the link that was used, once', async () => {
    const cart = await leftCart(temporal);
    await cart.skip(25 * HOUR);
    const { id } = await cart.view();
    await cart.signalByHand('recovered', { cartId: id, episode: 2, step: 1 });
    await cart.signalByHand('recovered', { cartId: id, episode: 2, step: 1 });
    await eventually(async () => expect((await cart.row())?.version).toBe(3));
    const [last] = (await cart.audit()).slice(-1);
    const link = { episode: 2, step: 1 };
    expect(last).toMatchObject({ kind: 'recover', version: 3, operation: link });
    expect(last?.change).toEqual({ recovered: { episode: 2, messages: 2, link } });
    expect((await cart.row())?.abandoned_at).toBeNull();
    expect((await cart.view()).version).toBe(3);
  });

  test.concurrent('by the link of another cart is none', async () => {
    const cart = await leftCart(temporal);
    await cart.skip(2 * HOUR);
    await cart.signalByHand('recovered', { cartId: 'another', episode: 2, step: 1 });
    await cart.signalByHand('recovered', 'nonsense');
    await cart.signalByHand('stopRecovery', { reason: 'no reason' });
    expect(await askAbsence(cart)).toMatchObject({ episode: 2, isOver: false });
    expect((await cart.view()).version).toBe(2);
  });

  test.concurrent('after which the shopper changes something and leaves again begins the sequence anew', async () => {
    const cart = await leftCart(temporal);
    await cart.skip(2 * HOUR);
    await cart.signalByHand('recovered', { episode: 2, step: 1 });
    await cart.skip(10 * DAY);
    expect(await mails(cart)).toEqual(['2:1']);
    await cart.add('T-A', 1);
    await cart.skip(2 * HOUR);
    const [, second] = await mails(cart);
    expect(second).toMatch(/^[45]:1$/);
  });
});

test.concurrent('a guest who signs in takes the cart along: there is nobody left to be written to', async () => {
  const cart = await leftCart(temporal);
  await cart.skip(2 * HOUR);
  await temporal.cart({ kind: 'customer' }).merge(cart);
  await eventually(async () => expect((await cart.handle.describe()).status.name).toBe('COMPLETED'));
  expect(await mails(cart)).toEqual(['2:1']);
  expect(await askAbsence(cart)).not.toHaveProperty('episode');
  expect(await cart.row()).toMatchObject({ status: 'merged', abandoned_at: null });
  expect((await cart.audit()).at(-1)?.change).toMatchObject({ recovered: { episode: 2, messages: 1 } });
});

// In real time: the server skips none while a checkout runs.
test.concurrent('while a checkout runs nothing is due; one that is given back begins an absence', async () => {
  const policy = { recoveryDelaysMs: [1_000, DAY] };
  const cart = await leftCart(temporal, { policy });
  const checkoutId = await beginCheckout(cart);
  const other = await leftCart(temporal, { policy });
  await eventually(async () => expect(await mails(other)).toEqual(['2:1']));
  expect(await mails(cart)).toEqual([]);
  expect(await askAbsence(cart)).toMatchObject({ status: 'checkout' });
  await cart.signalByHand('checkoutEnded', { checkoutId, status: 'cancelled' });
  await eventually(async () => expect(await mails(cart)).toEqual(['4:1']));
});
