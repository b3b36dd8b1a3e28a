/** Refusals that no client can bring about on the test catalogue: closed carts, absurd prices, other currencies, missing facts. */
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import type { CartState } from '../../cart/state.ts';
import type { CartOperation } from '../../contract/operations.ts';
import type { ProductFacts } from '../../contract/product-facts.ts';
import { configurableFacts, simpleFacts } from '../support/facts.ts';
import { freshLedger, START } from './random-carts.ts';

const add = (facts: ProductFacts, more: object = {}): CartOperation => ({
  type: 'addItem',
  sku: facts.sku,
  quantity: 1,
  facts,
  ...more,
});

function cartWith(...operations: CartOperation[]): CartState {
  let { state } = freshLedger();
  for (const operation of operations) {
    const verdict = applyOperation(state, operation, START);
    if (!verdict.ok) throw new Error(verdict.refusal.detail);
    state = verdict.state;
  }
  return state;
}

const codeOf = (state: CartState, operation: CartOperation): string => {
  const verdict = applyOperation(state, operation, START);
  return verdict.ok ? 'ok' : verdict.refusal.code;
};

const SIZE = { width: 100, height: 100 };
const CUSTOM = configurableFacts('C');
const withCustom = cartWith(add(CUSTOM, { options: { ...SIZE, material: 'linen' } }));

describe('a cart that is not active', () => {
  const operations: CartOperation[] = [
    add(simpleFacts('A')),
    { type: 'updateItem', lineId: 'l1', quantity: 2 },
    { type: 'removeItem', lineId: 'l1' },
    { type: 'clear' },
  ];

  test.each([
    ['checkout', 'checkout_in_progress'],
    ['completed', 'cart_closed'],
    ['merged', 'cart_closed'],
    ['expired', 'cart_closed'],
  ] as const)('%s refuses every change with %s', (status, code) => {
    const closed = { ...cartWith(add(simpleFacts('A'))), status };
    expect(operations.map((operation) => codeOf(closed, operation))).toEqual([code, code, code, code]);
  });
});

describe('money', () => {
  const dear = (unitPrice: number) => simpleFacts('DEAR', { unitPrice });

  test('of another currency is refused, at the first add and later', () => {
    expect(codeOf(freshLedger().state, add(simpleFacts('A', { currency: 'USD' })))).toBe('currency_mismatch');
    const dollars = { ...CUSTOM, currency: 'USD' };
    const update: CartOperation = { type: 'updateItem', lineId: 'l1', quantity: 2, facts: dollars };
    expect(codeOf(withCustom, update)).toBe('currency_mismatch');
  });

  test('beyond exact integers is refused', () => {
    expect(codeOf(freshLedger().state, add(dear(-1)))).toBe('cart_total_limit');
    const state = cartWith(add(dear(Number.MAX_SAFE_INTEGER)));
    expect(codeOf(state, add(simpleFacts('A')))).toBe('cart_total_limit');
    expect(codeOf(state, { type: 'updateItem', lineId: 'l1', quantity: 2 })).toBe('cart_total_limit');
    const broken: CartOperation = { type: 'updateItem', lineId: 'l1', quantity: 1, facts: dear(-5) };
    expect(codeOf(state, broken)).toBe('cart_total_limit');
  });
});

describe('an update', () => {
  test('of options without facts waits for the catalogue', () => {
    const operation: CartOperation = { type: 'updateItem', lineId: 'l1', options: SIZE };
    expect(codeOf(withCustom, operation)).toBe('dependency_unavailable');
    expect(codeOf(withCustom, { ...operation, facts: simpleFacts('OTHER') })).toBe('dependency_unavailable');
  });

  test('of a quantity goes on without facts, at the price and stock that the line has', () => {
    expect(codeOf(withCustom, { type: 'updateItem', lineId: 'l1', quantity: 7 })).toBe('ok');
    const scarce = cartWith(add(simpleFacts('A', { available: 3 })));
    expect(codeOf(scarce, { type: 'updateItem', lineId: 'l1', quantity: 4 })).toBe('out_of_stock');
  });

  test('of a quantity is refused where the product no longer comes in the options of the line', () => {
    const cottonOnly = { ...CUSTOM, options: CUSTOM.options.map((option) => withoutLinen(option)) };
    const operation: CartOperation = { type: 'updateItem', lineId: 'l1', quantity: 2, facts: cottonOnly };
    expect(codeOf(withCustom, operation)).toBe('options_invalid');
    expect(codeOf(withCustom, { ...operation, options: SIZE })).toBe('ok');
    expect(codeOf(withCustom, { ...operation, quantity: 0 })).toBe('ok');
  });

  test('of notes alone leaves price and stock alone, even of what is no longer sold', () => {
    const facts = { ...CUSTOM, active: false, unitPrice: 5 };
    const operation: CartOperation = { type: 'updateItem', lineId: 'l1', attributes: { gift: 'yes' }, facts };
    const verdict = applyOperation(withCustom, operation, START);
    if (!verdict.ok) throw new Error(verdict.refusal.detail);
    expect(verdict.state.lines).toEqual([{ ...withCustom.lines[0], attributes: { gift: 'yes' } }]);
  });
});

function withoutLinen(option: ProductFacts['options'][number]): ProductFacts['options'][number] {
  if (option.type !== 'choice') return option;
  return { ...option, choices: option.choices.filter((choice) => choice.value !== 'linen') };
}

test('notes do not pile up beyond their limit, however they come', () => {
  const notes = (from: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`note${from + index}`, 'x']));
  const state = cartWith(add(simpleFacts('A'), { attributes: notes(0, 20) }));
  expect(codeOf(state, add(simpleFacts('A'), { attributes: notes(0, 20) }))).toBe('ok');
  expect(codeOf(state, add(simpleFacts('A'), { attributes: notes(20, 1) }))).toBe('validation_failed');
  const update: CartOperation = { type: 'updateItem', lineId: 'l1', attributes: notes(15, 6) };
  expect(codeOf(state, update)).toBe('validation_failed');
});
