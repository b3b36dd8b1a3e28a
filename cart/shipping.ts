/** What a shipping method costs for these goods. */
import type { Pricing, ShippingMethod } from '../contract/pricing.ts';

/** The method of this code; the first of the table where none is named. Undefined for an unknown code, and where the table is empty. */
export const findShippingMethod = (
  { shippingMethods }: Pick<Pricing, 'shippingMethods'>,
  code?: string,
): ShippingMethod | undefined =>
  code === undefined ? shippingMethods[0] : shippingMethods.find((method) => method.code === code);

/** Minor units. `goods`: what the lines cost with discounts taken off, as the shop's prices are written. */
export const shippingAmount = ({ amount, freeFrom }: ShippingMethod, goods: bigint): bigint =>
  freeFrom !== undefined && goods >= BigInt(freeFrom) ? 0n : BigInt(amount);
