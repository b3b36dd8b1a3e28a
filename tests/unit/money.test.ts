/** Money against an independent implementation: decimals as text, rounded digit by digit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divideHalfEven, toAmount } from '../../cart/money.ts';
import { unitPriceOf } from '../../cart/price.ts';
import { totalsOf } from '../../cart/totals.ts';
import type { CartLine } from '../../cart/state.ts';
import { byArea, choice } from '../../database/catalogues/catalogue-product.ts';
import { roundText, times } from '../support/decimals.ts';
import { configurableFacts, simpleFacts, variantFacts } from '../support/facts.ts';

describe('rounding', () => {
  test.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [-1n, 2n, 0n],
    [10n, 5n, 2n],
  ])('%d / %d is %d', (numerator, denominator, expected) => {
    expect(divideHalfEven(numerator, denominator)).toBe(expected);
  });

  test('agrees with rounding by digits, for decimals of any length', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 18n), 10n ** 18n), fc.integer({ min: 1, max: 12 }), (value, places) => {
        expect(divideHalfEven(value, 10n ** BigInt(places))).toBe(roundText(times([[value, places]])));
      }),
    );
  });

  test('ties go to the even neighbour', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 12n), 10n ** 12n), (whole) => {
        const rounded = divideHalfEven(whole * 2n + 1n, 2n);
        expect(rounded % 2n).toBe(0n);
        expect([whole, whole + 1n]).toContain(rounded);
      }),
    );
  });
});

describe('a unit price', () => {
  test('by area agrees with decimals multiplied by hand', () => {
    const tenths = fc.integer({ min: 100, max: 3_000 });
    const perSquareMetre = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(tenths, tenths, perSquareMetre, (width, height, price) => {
        const facts = configurableFacts('CUSTOM', { areaPrice: byArea(price) });
        const options = { width: width / 10, height: height / 10, material: 'cotton' };
        // Centimetres with one decimal, as metres: three places each.
        const area = times([
          [BigInt(price), 0],
          [BigInt(width), 3],
          [BigInt(height), 3],
        ]);
        expect(unitPriceOf(facts, options)).toBe(1_000 + Number(roundText(area)));
      }),
    );
  });

  test('that falls exactly between two goes to the even one', () => {
    // 0.1 m × 0.1 m × 50 = 0.5 and × 150 = 1.5
    const options = { width: 10, height: 10, material: 'cotton' };
    const price = (perSquareMetre: number) =>
      unitPriceOf(configurableFacts('CUSTOM', { unitPrice: 0, areaPrice: byArea(perSquareMetre) }), options);
    expect([50, 150, 250].map(price)).toEqual([0, 2, 2]);
  });

  test('has the surcharges of what was chosen', () => {
    const facts = configurableFacts('CUSTOM', { areaPrice: byArea(0) });
    const price = (more: object) => unitPriceOf(facts, { width: 10, height: 10, ...more });
    expect(price({ material: 'cotton' })).toBe(1_000);
    expect(price({ material: 'linen' })).toBe(1_500);
    expect(price({ material: 'canvas', engraving: 'Ada' })).toBe(2_650);
  });

  test('of a variant is base price plus additional price, which may be negative', () => {
    expect(unitPriceOf(variantFacts('V', 4_000, 995), {})).toBe(4_995);
    expect(unitPriceOf(variantFacts('V', 4_000, -500), {})).toBe(3_500);
  });

  test('that is negative or beyond what JSON carries exactly is none', () => {
    expect(unitPriceOf(simpleFacts('A', { unitPrice: -1 }), {})).toBeUndefined();
    expect(unitPriceOf(simpleFacts('A', { unitPrice: Number.MAX_SAFE_INTEGER }), {})).toBe(2 ** 53 - 1);
    const tooDear = configurableFacts('C', { areaPrice: byArea(Number.MAX_SAFE_INTEGER) });
    expect(unitPriceOf(tooDear, { width: 300, height: 300 })).toBeUndefined();
  });

  test('of a catalogue that is wrong is none, not a fault', () => {
    const options = { width: 10, height: 10, material: 'linen' };
    const wrongMeasure = configurableFacts('C', { areaPrice: { ...byArea(1), width: 'material' } });
    expect(unitPriceOf(wrongMeasure, options)).toBeUndefined();
    expect(unitPriceOf(simpleFacts('A', { unitPrice: 9.5 }), {})).toBeUndefined();
    const cents = choice('material', ['linen', 'Linen', 4.5]);
    expect(unitPriceOf(simpleFacts('A', { options: [cents] }), options)).toBeUndefined();
  });
});

describe('sums', () => {
  const lines = (...amounts: [unitPrice: number, quantity: number][]) =>
    amounts.map(([unitPrice, quantity]) => ({ unitPrice, quantity }) as CartLine);

  test('are exact where floats would not be', () => {
    const total = totalsOf(lines([9_007_199_254_739, 999], [1, 1], [1, 1]))?.subtotal;
    expect(total).toBe(Number(9_007_199_254_739n * 999n + 2n));
  });

  test('beyond what JSON carries exactly are none', () => {
    expect(totalsOf(lines([Number.MAX_SAFE_INTEGER, 1]))?.total).toBe(Number.MAX_SAFE_INTEGER);
    expect(totalsOf(lines([Number.MAX_SAFE_INTEGER, 1], [1, 1]))).toBeUndefined();
    expect(toAmount(-(2n ** 53n))).toBeUndefined();
  });
});
