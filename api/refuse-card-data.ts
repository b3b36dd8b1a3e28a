/**
 * Card numbers that a shopper typed into the wrong field end here, before anything is stored, sent or logged. Every text of a body is
 * looked at, wherever it stands; SKUs are the shop's own words, and amounts are numbers that no shopper types.
 */
import { holdsCardNumber } from '../cart/card-number.ts';
import { Problem } from './problem.ts';

/** Fields whose digits are the shop's. */
const OWN = new Set(['sku', 'lineId', 'type', 'returnUrl']);

/** Where free values stand that may be numbers. */
const FREE = new Set(['options', 'attributes']);

/** Paths of the texts that hold a card number, names of fields included. */
function* cardPaths(value: unknown, path: string, isFree: boolean): Generator<string> {
  if (typeof value === 'string' || (typeof value === 'number' && isFree)) {
    if (holdsCardNumber(String(value))) yield path;
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) yield* cardPaths(entry, `${path}[${index}]`, isFree);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, entry] of Object.entries(value)) {
      if (OWN.has(name) && !isFree) continue;
      // A name that is a card number must not be repeated in the answer.
      if (holdsCardNumber(name)) yield path;
      else yield* cardPaths(entry, path === '' ? name : `${path}.${name}`, isFree || FREE.has(name));
    }
  }
}

/** Throws `card_data_rejected` with the paths, never with the values. */
export function refuseCardData(body: unknown): void {
  const paths = [...new Set(cardPaths(body, '', false))];
  if (paths.length === 0) return;
  const errors = paths.slice(0, 20).map((path) => ({
    path,
    code: 'card_data_rejected',
    message: 'This looks like the number of a payment card.',
  }));
  throw new Problem('card_data_rejected', 'Please never type card numbers here; they are not needed.', {
    errors,
  });
}
