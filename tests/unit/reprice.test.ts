/** Lines that are brought up to date with the catalogue, in the cart (`reprice`) and on the way to a reader (`refreshView`). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import { reprice, skusPricedBefore } from '../../cart/reprice.ts';
import type { CartState } from '../../cart/state.ts';
import { refreshView, toCartView } from '../../cart/view.ts';
import type { Options, ProductFacts } from '../../contract/product-facts.ts';
import { configurableFacts, simpleFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { freshLedger, START } from './random-carts.ts';

const later = START + 7_200_000;
const PLAIN = simpleFacts('PLAIN', { unitPrice: 2_000, revision: 5 });
const CUSTOM = configurableFacts('CUSTOM', { revision: 6 });
const SIZE = { width: 100, height: 100 };

function cartOf(...items: [ProductFacts, number, Options?][]): CartState {
  let { state } = freshLedger();
  for (const [facts, quantity, options] of items) {
    const operation = { type: 'addItem', sku: facts.sku, quantity, facts, ...(options ? { options } : {}) };
    const verdict = applyOperation(state, operation as Parameters<typeof applyOperation>[1], START);
    if (!verdict.ok) throw new Error(verdict.refusal.detail);
    state = verdict.state;
  }
  return state;
}

const warnings = (state: CartState) => toCartView(state, TEST_POLICY).warnings.map(({ code }) => code);

describe('reprice', () => {
  const state = cartOf([PLAIN, 2], [CUSTOM, 1, SIZE]);
  const skus = ['PLAIN', 'CUSTOM'];

  test('asks for the SKUs of lines with old prices, each once', () => {
    expect(skusPricedBefore(state, START)).toEqual([]);
    expect(skusPricedBefore(state, START + 1)).toEqual(skus);
    const apart = { ...state, lines: [...state.lines, ...state.lines] };
    expect(skusPricedBefore(apart, later)).toEqual(skus);
  });

  test('leaves the version where nothing has changed, and notes that it looked', () => {
    const result = reprice(state, skus, [PLAIN, CUSTOM], later);
    expect(result.hasChanged).toBe(false);
    expect(result.state.version).toBe(state.version);
    expect(skusPricedBefore(result.state, later)).toEqual([]);
  });

  test('takes a new price, remembers the old one, and warns', () => {
    const dearer = { ...PLAIN, unitPrice: 2_500, revision: 7 };
    const result = reprice(state, ['PLAIN'], [dearer], later);
    expect(result).toMatchObject({ hasChanged: true, state: { version: state.version + 1 } });
    expect(result.state.lines[0]).toMatchObject({ unitPrice: 2_500, previousUnitPrice: 2_000 });
    expect(result.state.lines[1]).toBe(state.lines[1]);
    expect(warnings(result.state)).toEqual(['price_moved']);
  });

  test('warns with the price that the shopper saw, however often it moves, and not once it is back', () => {
    const first = reprice(state, skus, [{ ...PLAIN, unitPrice: 2_500, revision: 7 }, CUSTOM], later).state;
    const second = reprice(first, skus, [{ ...PLAIN, unitPrice: 1_500, revision: 8 }, CUSTOM], later).state;
    expect(second.lines[0]).toMatchObject({ unitPrice: 1_500, previousUnitPrice: 2_000 });
    const view = toCartView(second, TEST_POLICY);
    expect(view.warnings).toMatchObject([{ code: 'price_moved', lineId: 'l1' }]);
    expect(view.warnings[0]?.message).toContain('went down');
    const back = reprice(second, skus, [{ ...PLAIN, revision: 9 }, CUSTOM], later).state;
    expect(warnings(back)).toEqual([]);
  });

  test('keeps the price of a SKU that is gone and shows it as discontinued', () => {
    const result = reprice(state, skus, [CUSTOM], later);
    expect(result.hasChanged).toBe(true);
    const view = toCartView(result.state, TEST_POLICY);
    expect(view.lines[0]).toMatchObject({ available: 'discontinued', maxQuantity: 0, unitPrice: 2_000 });
    expect(view).toMatchObject({ hasUnavailableItems: true, warnings: [{ code: 'line_unavailable' }] });
    expect(reprice(result.state, skus, [CUSTOM], later).hasChanged).toBe(false);
  });

  test('treats options that can no longer be had, and another currency, like a SKU that is gone', () => {
    const small = { ...CUSTOM, options: CUSTOM.options.slice(0, 1), revision: 8 };
    const dollars = { ...PLAIN, currency: 'USD', unitPrice: 1, revision: 8 };
    const result = reprice(state, skus, [small, dollars], later).state;
    expect(result.lines).toMatchObject([
      { isActive: false, unitPrice: 2_000 },
      { isActive: false, unitPrice: 9_000 },
    ]);
  });

  test('drops an image that the catalogue has dropped', () => {
    const { imageUrl: _image, ...bare } = { ...CUSTOM, revision: 8 };
    expect(state.lines[1]).toHaveProperty('imageUrl');
    expect(reprice(state, skus, [PLAIN, bare], later).state.lines[1]).not.toHaveProperty('imageUrl');
  });

  test('leaves everything as it was where the new total would be out of bounds', () => {
    const absurd = { ...PLAIN, unitPrice: Number.MAX_SAFE_INTEGER, revision: 8 };
    expect(reprice(state, skus, [absurd, CUSTOM], later)).toEqual({ state, hasChanged: false });
  });
});

describe('refreshView', () => {
  const change = fc.record({
    unitPrice: fc.constantFrom(2_000, 2_500, 1_500),
    available: fc.constantFrom(0, 1, 5, 9, 10, 1_000),
    active: fc.boolean(),
    revision: fc.integer({ min: 10, max: 99 }),
  });
  const isGone = fc.constantFrom(false, false, true);

  test('shows the availability that a repriced cart would show, and leaves prices alone', () => {
    const state = cartOf([PLAIN, 6], [CUSTOM, 2, SIZE], [CUSTOM, 1, { ...SIZE, material: 'linen' }]);
    fc.assert(
      fc.property(change, change, isGone, (plain, custom, customIsGone) => {
        const facts = [{ ...PLAIN, ...plain }, ...(customIsGone ? [] : [{ ...CUSTOM, ...custom }])];
        const before = toCartView(state, TEST_POLICY);
        const fresh = refreshView(before, new Map(facts.map((fact) => [fact.sku, fact])));
        const repriced = reprice(state, ['PLAIN', 'CUSTOM'], facts, later).state;
        const expected = toCartView(repriced, TEST_POLICY);

        const availability = (view: typeof fresh) =>
          view.lines.map(({ available, maxQuantity }) => ({ available, maxQuantity }));
        expect(availability(fresh)).toEqual(availability(expected));
        expect(fresh.hasUnavailableItems).toBe(expected.hasUnavailableItems);
        const warned = (view: typeof fresh) =>
          view.warnings.map(({ code, lineId }) => `${lineId} ${code}`).toSorted();
        expect(warned(fresh)).toEqual(warned(expected));
        expect(fresh.total).toBe(before.total);
        expect(fresh.version).toBe(before.version);
      }),
    );
  });

  test('keeps a warning that the cart had, once', () => {
    const state = cartOf([PLAIN, 1]);
    const moved = reprice(state, ['PLAIN'], [{ ...PLAIN, unitPrice: 2_500, revision: 7 }], later).state;
    const view = toCartView(moved, TEST_POLICY);
    const today = new Map([['PLAIN', { ...PLAIN, unitPrice: 3_000, revision: 8 }]]);
    expect(refreshView(view, today).warnings).toEqual(view.warnings);
  });
});
