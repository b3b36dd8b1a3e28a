/** Decimals as text, multiplied and rounded digit by digit: an independent reference for what the rules compute with integers. */

/** Rounds a plain decimal text half to even by looking at its digits. */
export function roundText(decimal: string): bigint {
  const isNegative = decimal.startsWith('-');
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const isOdd = /[13579]$/.test(whole);
  const isMore = /^5\d*[1-9]/.test(fraction) || /^[6-9]/.test(fraction);
  const isTie = /^50*$/.test(fraction);
  const rounded = BigInt(whole) + (isMore || (isTie && isOdd) ? 1n : 0n);
  return isNegative ? -rounded : rounded;
}

/** Schoolbook multiplication of decimals with the given numbers of places, as text. */
export function times(factors: [value: bigint, places: number][]): string {
  const product = factors.reduce((all, [value]) => all * value, 1n);
  const places = factors.reduce((all, [, own]) => all + own, 0);
  const digits = String(product < 0n ? -product : product).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${product < 0n ? '-' : ''}${whole}.${digits.slice(digits.length - places)}`;
}
