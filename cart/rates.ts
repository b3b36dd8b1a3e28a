/**
 * Percentages of money, rounded once, half to even. Rates are integers, millionths of the whole: 10.75 % is 107500, so that no rate is ever a
 * float.
 */
import { divideHalfEven } from './money.ts';

const WHOLE = 1_000_000;

/** `10.75` → 107500. Undefined for anything but a decimal from 0 to 100 with at most four places. */
export function parsePercent(text: string): number | undefined {
  const [, whole, fraction = ''] = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const rate = Number(whole) * 10_000 + Number(fraction.padEnd(4, '0'));
  return rate <= WHOLE ? rate : undefined;
}

/** `rate` of the amount: a discount, or tax on top of a net price. */
export const shareOf = (amount: bigint, rate: number): bigint =>
  divideHalfEven(amount * BigInt(rate), BigInt(WHOLE));

/** The tax that a gross price contains. */
export const taxWithin = (gross: bigint, rate: number): bigint =>
  divideHalfEven(gross * BigInt(rate), BigInt(WHOLE + rate));
