/** The cart's sums. Discounts, tax and shipping are zero until a checkout knows them; they stand in every sum already. */
import { lineAmount, toAmount } from './money.ts';
import type { CartLine } from './state.ts';

export interface Totals {
  itemsCount: number;
  totalQuantity: number;
  subtotal: number;
  discountTotal: number;
  taxTotal: number;
  shippingTotal: number;
  total: number;
}

/** Exact sums in minor units. Undefined when the total does not fit a safe integer. */
export function totalsOf(lines: readonly CartLine[]): Totals | undefined {
  let sum = 0n;
  let totalQuantity = 0;
  for (const line of lines) {
    sum += lineAmount(line.unitPrice, line.quantity);
    totalQuantity += line.quantity;
  }
  const subtotal = toAmount(sum);
  if (subtotal === undefined) return undefined;
  return {
    itemsCount: lines.length,
    totalQuantity,
    subtotal,
    discountTotal: 0,
    taxTotal: 0,
    shippingTotal: 0,
    total: subtotal,
  };
}
