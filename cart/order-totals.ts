/**
 * The final figures of a checkout: each line with its discount and tax, shipping, and sums of the rounded parts, so that what is shown always
 * adds up to the cent. Rounding happens once per line and rate, half to even; sums are never rounded.
 */
import type { OrderLine, PricedOrder } from '../contract/orders.ts';
import type { Pricing, ShippingMethod } from '../contract/pricing.ts';
import { lineAmount, toAmount } from './money.ts';
import type { CartLine } from './state.ts';
import { taxOf, taxRateOf } from './tax.ts';
import { shippingAmount } from './shipping.ts';

/** The part of a cart's line that an order keeps. */
export type OrderableLine = Pick<
  CartLine,
  | 'id'
  | 'sku'
  | 'productId'
  | 'title'
  | 'imageUrl'
  | 'options'
  | 'attributes'
  | 'quantity'
  | 'unitPrice'
  | 'taxClass'
>;

export interface OrderParts {
  lines: readonly OrderableLine[];
  /** Minor units off each line, by line id; a line that is not named has none. */
  discounts?: Readonly<Record<string, number>>;
  shippingMethod: ShippingMethod;
  pricing: Pricing;
}

/** All amounts exact: whether they fit a number is asked once, at the end. */
interface Amounts {
  subtotal: bigint;
  discount: bigint;
  tax: bigint;
  total: bigint;
}

function amountsOf(line: OrderableLine, rate: number, { discounts, pricing }: OrderParts): Amounts {
  const { pricesIncludeTax } = pricing;
  const subtotal = lineAmount(line.unitPrice, line.quantity);
  const wanted = BigInt(discounts?.[line.id] ?? 0);
  // A discount takes at most what the line costs.
  const discount = wanted < 0n ? 0n : wanted > subtotal ? subtotal : wanted;
  const goods = subtotal - discount;
  const tax = taxOf(goods, rate, pricesIncludeTax);
  return { subtotal, discount, tax, total: pricesIncludeTax ? goods : goods + tax };
}

const toOrderLine = (line: OrderableLine, taxRate: number, amounts: Amounts): OrderLine => ({
  lineId: line.id,
  sku: line.sku,
  productId: line.productId,
  title: line.title,
  ...(line.imageUrl === undefined ? {} : { imageUrl: line.imageUrl }),
  options: line.options,
  attributes: line.attributes,
  quantity: line.quantity,
  unitPrice: line.unitPrice,
  subtotal: Number(amounts.subtotal),
  discount: Number(amounts.discount),
  taxClass: line.taxClass,
  taxRate,
  tax: Number(amounts.tax),
  total: Number(amounts.total),
});

const sum = (amounts: readonly Amounts[], part: keyof Amounts): bigint =>
  amounts.reduce((all, one) => all + one[part], 0n);

function totalsOf(amounts: readonly Amounts[], { shippingMethod, pricing }: OrderParts) {
  const goods = sum(amounts, 'subtotal') - sum(amounts, 'discount');
  const { pricesIncludeTax } = pricing;
  const shipping = shippingAmount(shippingMethod, goods);
  const shippingTax = taxOf(shipping, taxRateOf(pricing, shippingMethod.taxClass), pricesIncludeTax);
  return {
    subtotal: sum(amounts, 'subtotal'),
    discountTotal: sum(amounts, 'discount'),
    shippingTotal: shipping,
    shippingTax,
    taxTotal: sum(amounts, 'tax') + shippingTax,
    total: sum(amounts, 'total') + shipping + (pricesIncludeTax ? 0n : shippingTax),
  };
}

/** Undefined when a sum does not fit a safe integer. `total` is what is to be paid, and the sum of the lines and of shipping. */
export function priceOrder(parts: OrderParts): PricedOrder | undefined {
  const rates = parts.lines.map((line) => taxRateOf(parts.pricing, line.taxClass));
  const amounts = parts.lines.map((line, index) => amountsOf(line, rates[index] as number, parts));
  const totals = totalsOf(amounts, parts);
  // Tax within prices is no part of the total and less than it; every other amount is a part.
  if ([totals.subtotal, totals.total].some((value) => toAmount(value) === undefined)) return undefined;
  const { pricesIncludeTax } = parts.pricing;
  return {
    pricesIncludeTax,
    shippingMethod: parts.shippingMethod.code,
    subtotal: Number(totals.subtotal),
    discountTotal: Number(totals.discountTotal),
    shippingTotal: Number(totals.shippingTotal),
    shippingTax: Number(totals.shippingTax),
    taxTotal: Number(totals.taxTotal),
    total: Number(totals.total),
    lines: parts.lines.map((line, index) =>
      toOrderLine(line, rates[index] as number, amounts[index] as Amounts),
    ),
  };
}

/**
 * Whether sums and lines agree, whoever made them: asked before an order is written. The database asks again when the transaction commits.
 */
export function doesAddUp({ lines, pricesIncludeTax, ...totals }: PricedOrder): boolean {
  const of = (part: 'subtotal' | 'discount' | 'tax' | 'total') =>
    lines.reduce((all, line) => all + BigInt(line[part]), 0n);
  const onTop = (tax: number) => (pricesIncludeTax ? 0 : tax);
  const claims: [bigint, number][] = [
    [of('subtotal'), totals.subtotal],
    [of('discount'), totals.discountTotal],
    [of('tax') + BigInt(totals.shippingTax), totals.taxTotal],
    [of('total') + BigInt(totals.shippingTotal) + BigInt(onTop(totals.shippingTax)), totals.total],
  ];
  const isLine = (line: OrderLine) =>
    lineAmount(line.unitPrice, line.quantity) === BigInt(line.subtotal) &&
    line.total === line.subtotal - line.discount + onTop(line.tax);
  return lines.length > 0 && claims.every(([one, other]) => one === BigInt(other)) && lines.every(isLine);
}
