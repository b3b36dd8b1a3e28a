/** What can happen to a token as text: characters changed, lost, doubled, swapped; parts of other tokens put in their place. */
import type { Dice } from '../chaos/random.ts';

export type Mutation = (token: string, other: string, dice: Dice) => string;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');
const ODD = '.=+/ %~:,;"\'{}\\!0Ol1é\u0430\u200b\n\0'.split('');

const cut = (text: string, at: number, drop: number, put = ''): string =>
  text.slice(0, at) + put + text.slice(at + drop);

const spot = (text: string, dice: Dice): number => dice.whole(0, text.length - 1);

const swapCase = (char: string): string =>
  char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase();

/** Some parts from the one token, some from the other. */
function splice(token: string, other: string, dice: Dice): string {
  const theirs = other.split('.');
  return token
    .split('.')
    .map((part, index) => (dice.chance(0.4) ? (theirs[index] ?? '') : part))
    .join('.');
}

export const MUTATIONS: Record<string, Mutation> = {
  change: (token, _other, dice) => cut(token, spot(token, dice), 1, dice.pick(ALPHABET)),
  changeLast: (token, _other, dice) => cut(token, token.length - 1, 1, dice.pick(ALPHABET)),
  odd: (token, _other, dice) => cut(token, spot(token, dice), dice.whole(0, 1), dice.pick(ODD)),
  lose: (token, _other, dice) => cut(token, spot(token, dice), dice.whole(1, 3)),
  double: (token, _other, dice) => {
    const at = spot(token, dice);
    return cut(token, at, 0, token.slice(at, at + dice.whole(1, 3)));
  },
  swap: (token, _other, dice) => {
    const at = dice.whole(0, token.length - 2);
    return cut(token, at, 2, `${token[at + 1]}${token[at]}`);
  },
  case: (token, _other, dice) => {
    const at = spot(token, dice);
    return cut(token, at, 1, swapCase(token[at] ?? ''));
  },
  shorten: (token, _other, dice) => token.slice(0, spot(token, dice)),
  lengthen: (token, _other, dice) => token + dice.pick(['=', 'A', '.', ' ', '\n', '.x', token]),
  precede: (token, _other, dice) => dice.pick(['A', '.', ' ', '\t', 'Bearer ', 'v1.']) + token,
  reorder: (token, _other, dice) => dice.shuffle(token.split('.')).join('.'),
  splice,
  halves: (token, other, dice) => {
    const at = spot(token, dice);
    return token.slice(0, at) + other.slice(at);
  },
  several: (token, other, dice) =>
    [1, 2, 3].reduce(
      (text) => (text === '' ? text : cut(text, spot(text, dice), 1, dice.pick(ALPHABET))),
      splice(token, other, dice),
    ),
};

/** Any of them, with its name. */
export function mutate(token: string, other: string, dice: Dice): { how: string; text: string } {
  const [how, mutation] = dice.pick(Object.entries(MUTATIONS));
  return { how, text: mutation(token, other, dice) };
}
