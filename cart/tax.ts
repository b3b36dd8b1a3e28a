/** Which rate a tax class means, and the tax of one amount. */
import type { Pricing } from '../contract/pricing.ts';
import { parsePercent, shareOf, taxWithin } from './rates.ts';

const STANDARD = 'standard';

/**
 * Millionths. A class from the table, or one that says its own rate (`rate-10.75`); any other is taxed as `standard`, so that a class that
 * nobody has entered yet is never sold untaxed by accident. Without an entry for `standard` there is no tax.
 */
export function taxRateOf({ taxRates }: Pick<Pricing, 'taxRates'>, taxClass: string): number {
  const entry = (name: string) => (Object.hasOwn(taxRates, name) ? taxRates[name] : undefined);
  const spelled = taxClass.startsWith('rate-') ? parsePercent(taxClass.slice('rate-'.length)) : undefined;
  return entry(taxClass) ?? spelled ?? entry(STANDARD) ?? 0;
}

/** Rounded half to even, once. On top of the amount, or within it, as the shop's prices are meant. */
export const taxOf = (amount: bigint, rate: number, pricesIncludeTax: boolean): bigint =>
  pricesIncludeTax ? taxWithin(amount, rate) : shareOf(amount, rate);
