/** Garbage by hand, into every door of a cart: it goes on, answers the next message, and shows the operator what was ignored. */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { requestFor } from '../support/requests.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal();
});
afterAll(() => temporal?.close());

const NAMES = ['addItem', 'updateItem', 'removeItem', 'clear', 'batch'];
const HUGE = 'x'.repeat(300_000);

/** First arguments that no operation accepts (but `clear`, which needs none). */
const NO_MESSAGES: unknown[] = [
  null,
  0,
  'text',
  [],
  {},
  { sku: 5, quantity: 'many' },
  { sku: 'T-A', quantity: -1 },
  { sku: 'T-A', quantity: 1e300 },
  { sku: HUGE, quantity: 1 },
  { sku: 'T-A', quantity: 1, options: { __proto__: 1, 'a b': {} } },
  { sku: 'T-A', quantity: 1, facts: { title: 5, active: true, currency: 'EUR', options: [] } },
  { lineId: 'l0' },
  { lineId: { l1: true }, quantity: 2 },
  { lineId: 'L1', quantity: 1.5 },
  { operations: 'all' },
  { operations: [] },
  { operations: [null] },
  { operations: [{ type: 'nope' }] },
  { operations: Array.from({ length: 51 }, () => ({ type: 'clear' })) },
];

const BAD_ENVELOPES: unknown[] = [
  'text',
  7,
  [],
  {},
  { key: 1, fingerprint: 2 },
  { key: HUGE, fingerprint: '', attempt: '', actor: '', requestId: '' },
  { key: 'k', fingerprint: 'f', attempt: 'a', actor: 'x', requestId: 'r', ifMatch: 'one' },
];

async function livingCart() {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  return cart;
}

/** It answers, and nothing else happened to it. */
async function expectUnharmed(cart: Awaited<ReturnType<typeof livingCart>>) {
  expect((await cart.view()).lines).toMatchObject([{ id: 'l1', quantity: 1 }]);
  expect(await cart.add('T-A', 1)).toMatchObject({ outcomes: [{ ok: true, lineId: 'l1' }] });
  expect((await cart.row())?.total_quantity).toBe(2);
  const { events } = await cart.handle.fetchHistory();
  expect(events?.some((event) => event.workflowTaskFailedEventAttributes)).toBe(false);
}

/** Sends them and returns those that were not refused as no message at all. */
async function swallowed(
  cart: Awaited<ReturnType<typeof livingCart>>,
  name: string,
  argumentLists: unknown[][],
): Promise<string[]> {
  const accepted: string[] = [];
  for (const list of argumentLists) {
    const outcome: unknown = await cart.updateByHand(name, ...list).catch((error: unknown) => error);
    const cause = outcome instanceof WorkflowUpdateFailedError ? outcome.cause : outcome;
    const isRefused = cause instanceof ApplicationFailure && cause.type === 'InvalidMessage';
    if (!isRefused) accepted.push(`${JSON.stringify(list).slice(0, 80)}: ${String(cause)}`);
  }
  return accepted;
}

test.each(NAMES.filter((name) => name !== 'clear'))('%s as Update refuses garbage', async (name) => {
  const cart = await livingCart();
  const before = await cart.historyLength();
  const lists = NO_MESSAGES.map((message) => [message]);
  expect(await swallowed(cart, name, lists)).toEqual([]);
  expect(await cart.historyLength()).toBe(before);
  await expectUnharmed(cart);
});

test.each(NAMES.filter((name) => name !== 'clear'))(
  '%s as Signal ignores garbage and notes it',
  async (name) => {
    const cart = await livingCart();
    for (const message of NO_MESSAGES) await cart.signalByHand(name, message);
    await eventually(async () => expect(await cart.details()).toContain('Last message ignored'));
    await expectUnharmed(cart);
  },
);

test.each(NAMES)('%s refuses bad envelopes, as Update and as Signal', async (name) => {
  const cart = await livingCart();
  const messages: Record<string, unknown> = {
    addItem: { sku: 'T-A', quantity: 1 },
    batch: { atomic: true, operations: [{ type: 'clear' }] },
  };
  const message = messages[name] ?? { lineId: 'l1', quantity: 5 };
  const lists = BAD_ENVELOPES.map((envelope) => [message, envelope]);
  expect(await swallowed(cart, name, lists)).toEqual([]);
  for (const list of lists) await cart.signalByHand(name, ...list);
  await eventually(async () => expect(await cart.details()).toContain('the envelope'));
  await expectUnharmed(cart);
});

test('an unknown line is refused and noted', async () => {
  const cart = await livingCart();
  await expect(cart.updateByHand('removeItem', { lineId: 'l77' })).rejects.toThrow('Workflow Update failed');
  await cart.signalByHand('updateItem', { lineId: 'l77', quantity: 1 });
  await eventually(async () =>
    expect(await cart.details()).toContain('refused: This line is not in the cart'),
  );
  await expectUnharmed(cart);
});

test('applyRequests refuses what is no list of whole requests', async () => {
  const cart = await livingCart();
  const whole = requestFor({ type: 'clear' });
  const lists: unknown[] = [
    null,
    'text',
    [],
    [null],
    [{}],
    [{ ...whole, key: 7 }],
    [{ ...whole, operations: [{ type: 'addItem', sku: 'T-A', quantity: '5' }] }],
    [whole, { ...whole, operations: undefined }],
  ];
  const argumentLists = lists.map((list) => [list]);
  expect(await swallowed(cart, 'applyRequests', argumentLists)).toEqual([]);
  await expectUnharmed(cart);
});

test('complete without an order id is ignored and noted', async () => {
  const cart = await livingCart();
  for (const message of [null, 5, {}, { orderId: '' }, { orderId: HUGE }])
    await cart.signalByHand('complete', message);
  await eventually(async () => expect(await cart.details()).toContain('orderId'));
  await expectUnharmed(cart);
});

test('unknown messages and odd queries do no harm', async () => {
  const cart = await livingCart();
  await expect(cart.updateByHand('explode', {})).rejects.toThrow('Workflow Update failed');
  await cart.signalByHand('explode', {});
  await expect(cart.handle.query('operation', { toString: 1 })).rejects.toThrow('primitive');
  expect(await cart.handle.query('operation', null)).toBeFalsy();
  await expectUnharmed(cart);
});
