/** Money as the reader writes it. */

/** `1999, EUR, de` → `19,99 €`, with as many digits as the currency has. */
export function money(amount: number, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}
