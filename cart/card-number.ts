/**
 * Whether a text holds what looks like a payment card's number: 13 to 19 digits, alone or in groups, that begin as cards begin, have a
 * length that the brand uses, and pass the Luhn check. Such texts are refused: what is never stored can never leak.
 */

/** First digits, and the lengths in use. Sources: ISO/IEC 7812-1 and the brands' public ranges. */
const BRANDS: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  // Visa; the old 13 digits only where they stand together: in groups they are a phone number of half of Europe.
  [/^4/, [16, 19]],
  // Mastercard
  [/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  // American Express
  [/^3[47]/, [15]],
  // Diners Club
  [/^3(0[0-59]|[689])/, [14, 16, 19]],
  // JCB
  [/^35(2[89]|[3-8])/, [16, 17, 18, 19]],
  // Discover, RuPay
  [/^6(011|4[4-9]|5)/, [16, 17, 18, 19]],
  // UnionPay, RuPay
  [/^(62|81|82|508)/, [16, 17, 18, 19]],
  // Maestro
  [/^(5018|5020|5038|5893|6304|6759|676[1-3])/, [13, 14, 15, 16, 17, 18, 19]],
  // Mir, Troy
  [/^(220[0-4]|9792)/, [16, 17, 18, 19]],
];

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;

/** The longest telephone number (ITU-T E.164). */
const MAX_PHONE_DIGITS = 15;

/** Digits with at most two separators between them, and the plus of a telephone number. */
const RUN = /\+?\d(?:[\s.\-_/]{0,2}\d){12,}/g;
const GROUP = /\d+/g;
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
const DASHES = /\p{Pd}/gu;

/** UUIDs (RFC 9562) and digests: what programs write into attributes, with digits in them by chance. */
const IDS = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=[0-9]*[a-f])[0-9a-f]{32,}\b/gi;

const ZERO = 0x30;

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - ZERO;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

const looksLikeCard = (digits: string, groups: number): boolean =>
  passesLuhn(digits) &&
  (BRANDS.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits)) ||
    (groups === 1 && digits.length === 13 && digits.startsWith('4')));

/** Whole groups that stand together: `4111 1111 1111 1111 12/29` holds a card, a card in the middle of a longer number does not. */
function someGroupsTogether(groups: readonly string[]): boolean {
  for (let first = 0; first < groups.length; first += 1) {
    let digits = '';
    for (let last = first; last < groups.length; last += 1) {
      digits += groups[last];
      if (digits.length > MAX_DIGITS) break;
      if (digits.length >= MIN_DIGITS && looksLikeCard(digits, last - first + 1)) return true;
    }
  }
  return false;
}

function holdsCard(run: string): boolean {
  const groups = run.match(GROUP) ?? [];
  const isPhone = run.startsWith('+') && groups.join('').length <= MAX_PHONE_DIGITS;
  return !isPhone && someGroupsTogether(groups);
}

/** True for a card number anywhere in the text. Of other numbers that begin like a card and have its length, one in ten is taken for one. */
export function holdsCardNumber(text: string): boolean {
  if (text.length < MIN_DIGITS) return false;
  // Full-width digits, odd spaces and dashes, and invisible characters between the digits are what copying leaves behind.
  const plain = text.normalize('NFKC').replace(INVISIBLE, '').replace(DASHES, '-').replace(IDS, ' x ');
  return (plain.match(RUN) ?? []).some(holdsCard);
}
