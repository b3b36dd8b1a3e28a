/** Money in plain words, for texts of the rules and for Temporal UI: no locale, and cheap enough for every change of a cart. */

/** Currencies that do not have two digits after the point (ISO 4217): JPY 1500 is 1500 yen. */
const WITHOUT_DIGITS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF';
const WITH_THREE_DIGITS = 'BHD IQD JOD KWD LYD OMR TND';

/** `1999, EUR` → `19.99 EUR`. A list of currencies, because Intl would take a third of a millisecond each time. */
export function moneyText(amount: number, currency: string): string {
  const digits = WITHOUT_DIGITS.includes(currency) ? 0 : WITH_THREE_DIGITS.includes(currency) ? 3 : 2;
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}
