/** The figures of an order: the cases that others got wrong, and random orders against sums of decimals rounded digit by digit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { doesAddUp, type OrderableLine, type OrderParts, priceOrder } from '../../cart/order-totals.ts';
import { parsePercent, shareOf } from '../../cart/rates.ts';
import { findShippingMethod } from '../../cart/shipping.ts';
import { taxRateOf } from '../../cart/tax.ts';
import type { PricedOrder } from '../../contract/orders.ts';
import type { Pricing, ShippingMethod } from '../../contract/pricing.ts';
import { roundText, times } from '../support/decimals.ts';
import { aLine } from '../support/publication.ts';

const FREE: ShippingMethod = { code: 'free', title: 'Free', amount: 0, taxClass: 'none' };
const PRICING: Pricing = {
  pricesIncludeTax: false,
  taxRates: { standard: 190_000, reduced: 70_000, none: 0 },
  shippingMethods: [FREE],
};

const rate = (percent: string): number => {
  const parsed = parsePercent(percent);
  if (parsed === undefined) throw new Error(`no rate: ${percent}`);
  return parsed;
};

function price(lines: OrderableLine[], more: Partial<OrderParts> = {}): PricedOrder {
  const priced = priceOrder({ lines, shippingMethod: FREE, pricing: PRICING, ...more });
  if (!priced) throw new Error('out of bounds');
  expect(doesAddUp(priced)).toBe(true);
  return priced;
}

/** One line, as a shop would sell it. */
function sell(unitPrice: number, { off = '0', tax = '0', shipping = 0, included = false } = {}): PricedOrder {
  const line = aLine({ unitPrice, taxClass: `rate-${tax}` });
  const discount = Number(shareOf(BigInt(unitPrice), rate(off)));
  return price([line], {
    discounts: { [line.id]: discount },
    shippingMethod: { ...FREE, amount: shipping },
    pricing: { ...PRICING, pricesIncludeTax: included },
  });
}

describe('amounts that others got wrong', () => {
  test('24.99 + 10.75 % tax + 6.44 shipping is 34.12 (Medusa 14817 stored 34.116425)', () => {
    const order = sell(2_499, { tax: '10.75', shipping: 644 });
    expect(order).toMatchObject({ subtotal: 2_499, taxTotal: 269, shippingTotal: 644, total: 3_412 });
  });

  test('51.86 − 40 % + 8.25 % is 31.12 + 2.57 = 33.69 (WooCommerce 16305 showed one cent less)', () => {
    const order = sell(5_186, { off: '40', tax: '8.25' });
    expect(order).toMatchObject({ discountTotal: 2_074, taxTotal: 257, total: 3_369 });
  });

  test('149.95 − 10 % is 134.95: the discount is rounded, 14.995 to the even 15.00', () => {
    expect(sell(14_995, { off: '10' })).toMatchObject({ discountTotal: 1_500, total: 13_495 });
  });

  test('19.99 + 10 % + 6.99 is 28.98 (Reaction 4684 compared 28.979 with 28.978999999999996)', () => {
    const order = sell(1_999, { tax: '10', shipping: 699 });
    expect(order).toMatchObject({ taxTotal: 200, total: 2_898 });
  });

  test('18.90 − 15 % is 16.06: 2.835 is rounded to the even 2.84', () => {
    expect(sell(1_890, { off: '15' })).toMatchObject({ discountTotal: 284, total: 1_606 });
  });
});

describe('tax', () => {
  test('within prices is taken out of them and adds nothing', () => {
    const order = sell(11_900, { tax: '19', included: true });
    expect(order).toMatchObject({ subtotal: 11_900, taxTotal: 1_900, total: 11_900 });
  });

  test('is rounded once per line, so that lines and sums agree', () => {
    const lines = [1, 2, 3].map((number) => aLine({ id: `l${number}`, unitPrice: 10, taxClass: 'rate-5' }));
    // 0.5 each: three times 0 and not the 1.5 of their sum.
    expect(price(lines)).toMatchObject({ taxTotal: 0, total: 30 });
    expect(price([aLine({ unitPrice: 10, quantity: 3, taxClass: 'rate-5' })])).toMatchObject({ taxTotal: 2 });
  });

  test('of shipping has the rate of its method', () => {
    const shippingMethod = { ...FREE, amount: 1_000, taxClass: 'standard' };
    const line = aLine({ unitPrice: 10_000, taxClass: 'reduced' });
    expect(price([line], { shippingMethod })).toMatchObject({
      taxTotal: 890,
      shippingTax: 190,
      total: 11_890,
    });
    const pricing = { ...PRICING, pricesIncludeTax: true };
    expect(price([line], { shippingMethod, pricing })).toMatchObject({
      taxTotal: 654 + 160,
      shippingTax: 160,
      total: 11_000,
    });
  });

  test.each([
    ['standard', 190_000],
    ['reduced', 70_000],
    ['none', 0],
    ['rate-10.75', 107_500],
    ['rate-0', 0],
    // Unknown or misspelt: never untaxed by accident.
    ['rate-x', 190_000],
    ['toString', 190_000],
    ['books', 190_000],
  ])('of class %s has the rate %d', (taxClass, expected) => {
    expect(taxRateOf(PRICING, taxClass)).toBe(expected);
  });

  test.each([
    ['0', 0],
    ['10.75', 107_500],
    ['8.875', 88_750],
    ['0.0001', 1],
    ['100', 1_000_000],
  ])('%s percent is %d millionths', (text, expected) => {
    expect(parsePercent(text)).toBe(expected);
  });

  test.each(['', '-1', '100.1', '1e2', '5.', '.5', '1.00001', ' 5', '1000'])(
    '%j is no percentage',
    (text) => {
      expect(parsePercent(text)).toBeUndefined();
    },
  );
});

describe('shipping', () => {
  const standard = { ...FREE, code: 'standard', amount: 490, freeFrom: 5_000 };
  const shippingOf = (unitPrice: number, discount: number) =>
    price([aLine({ unitPrice })], { shippingMethod: standard, discounts: { l1: discount } }).shippingTotal;

  test('is free from a sum of goods on, discounts taken off', () => {
    expect([shippingOf(4_999, 0), shippingOf(5_000, 0), shippingOf(5_000, 1)]).toEqual([490, 0, 490]);
  });

  test('goes by the named method, or by the first of the table', () => {
    const pricing = { shippingMethods: [standard, FREE] };
    expect(findShippingMethod(pricing)?.code).toBe('standard');
    expect(findShippingMethod(pricing, 'free')?.code).toBe('free');
    expect(findShippingMethod(pricing, 'pigeon')).toBeUndefined();
    expect(findShippingMethod({ shippingMethods: [] })).toBeUndefined();
  });
});

describe('a discount', () => {
  test.each([
    [-5, 0],
    [400, 400],
    [9_999, 1_000],
  ])('of %d on a line of 1000 is %d', (given, taken) => {
    expect(price([aLine({ unitPrice: 1_000 })], { discounts: { l1: given, l9: 7 } })).toMatchObject({
      discountTotal: taken,
      total: 1_000 - taken + Math.round((1_000 - taken) * 0.19),
    });
  });
});

test('a total beyond what JSON carries exactly is none', () => {
  const dear = aLine({ unitPrice: Number.MAX_SAFE_INTEGER, taxClass: 'none' });
  expect(price([dear]).total).toBe(Number.MAX_SAFE_INTEGER);
  const parts = { shippingMethod: FREE, pricing: PRICING };
  expect(priceOrder({ ...parts, lines: [{ ...dear, taxClass: 'standard' }] })).toBeUndefined();
  expect(priceOrder({ ...parts, lines: [dear, { ...dear, id: 'l2' }] })).toBeUndefined();
});

const randomLine = fc.record({
  unitPrice: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 99_999_999 })),
  quantity: fc.integer({ min: 1, max: 999 }),
  taxRate: fc.integer({ min: 0, max: 1_000_000 }),
  off: fc.integer({ min: 0, max: 1_000_000 }),
});

const randomOrder = fc.record({
  lines: fc.array(randomLine, { minLength: 1, maxLength: 12 }),
  shipping: fc.integer({ min: 0, max: 100_000 }),
  shippingRate: fc.integer({ min: 0, max: 1_000_000 }),
  pricesIncludeTax: fc.boolean(),
});
type RandomOrder = typeof randomOrder extends fc.Arbitrary<infer Value> ? Value : never;

const percentText = (millionths: number): string => (millionths / 10_000).toFixed(4);

const partsOf = ({ lines, shipping, shippingRate, pricesIncludeTax }: RandomOrder): OrderParts => ({
  lines: lines.map(({ unitPrice, quantity, taxRate }, index) =>
    aLine({ id: `l${index}`, unitPrice, quantity, taxClass: `rate-${percentText(taxRate)}` }),
  ),
  discounts: Object.fromEntries(
    lines.map(({ unitPrice, quantity, off }, index) => [
      `l${index}`,
      Number(shareOf(BigInt(unitPrice) * BigInt(quantity), off)),
    ]),
  ),
  shippingMethod: { ...FREE, amount: shipping, taxClass: `rate-${percentText(shippingRate)}` },
  pricing: { ...PRICING, pricesIncludeTax },
});

/** Tax as the reference has it: on top by decimals as text, within by its definition (the nearest, ties to even). */
function referenceTax(amount: bigint, taxRate: number, isIncluded: boolean): bigint {
  if (!isIncluded)
    return roundText(
      times([
        [amount, 0],
        [BigInt(taxRate), 6],
      ]),
    );
  const [share, whole] = [amount * BigInt(taxRate), BigInt(1_000_000 + taxRate)];
  let tax = (2n * share) / (2n * whole);
  const rest = 2n * (share - tax * whole);
  if (rest > whole || (rest === whole && tax % 2n === 1n)) tax += 1n;
  return tax;
}

describe('random orders', () => {
  test('agree with an independent reference in every figure, add up, and are never negative', () => {
    fc.assert(
      fc.property(randomOrder, (random) => {
        const parts = partsOf(random);
        const order = price([...parts.lines], parts);
        let [goods, tax] = [0n, 0n];
        for (const [index, line] of random.lines.entries()) {
          const subtotal = BigInt(line.unitPrice) * BigInt(line.quantity);
          const discount = roundText(
            times([
              [subtotal, 0],
              [BigInt(line.off), 6],
            ]),
          );
          const lineTax = referenceTax(subtotal - discount, line.taxRate, random.pricesIncludeTax);
          expect(order.lines[index]).toMatchObject({
            subtotal: Number(subtotal),
            discount: Number(discount),
            tax: Number(lineTax),
          });
          goods += subtotal - discount;
          tax += lineTax;
        }
        tax += referenceTax(BigInt(random.shipping), random.shippingRate, random.pricesIncludeTax);
        const total = goods + BigInt(random.shipping) + (random.pricesIncludeTax ? 0n : tax);
        expect([order.taxTotal, order.total]).toEqual([Number(tax), Number(total)]);
        expect(Math.min(order.total, order.taxTotal, order.discountTotal)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('cost the same in any order of their lines', () => {
    fc.assert(
      fc.property(randomOrder, (random) => {
        const parts = partsOf(random);
        const { lines: _one, ...forward } = price([...parts.lines], parts);
        const { lines: _other, ...backward } = price([...parts.lines].reverse(), parts);
        expect(backward).toEqual(forward);
      }),
    );
  });
});
