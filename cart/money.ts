/**
 * Money in integer minor units, with one rounding rule: half to even, once per line. Products are computed in BigInt, so that
 * nothing is ever off by a float; what does not fit a safe integer is undefined and becomes a refusal.
 */
import { MAX_AMOUNT_MINOR } from '../contract/limits.ts';

/** `numerator / denominator` to the nearest integer, ties to the even one. Denominator > 0. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const floor = numerator / denominator - (numerator % denominator < 0n ? 1n : 0n);
  const twice = (numerator - floor * denominator) * 2n;
  if (twice > denominator || (twice === denominator && floor % 2n !== 0n)) return floor + 1n;
  return floor;
}

/** The amount as a number, or undefined where JSON could not carry it exactly. */
export const toAmount = (value: bigint): number | undefined =>
  value >= -BigInt(MAX_AMOUNT_MINOR) && value <= BigInt(MAX_AMOUNT_MINOR) ? Number(value) : undefined;

/** Exact `unitPrice × quantity`. */
export const lineAmount = (unitPrice: number, quantity: number): bigint =>
  BigInt(unitPrice) * BigInt(quantity);
