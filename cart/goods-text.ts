/** What a checkout is about, in a few words: for the provider's payment page, and for the summaries in Temporal UI. */
import type { CartLine } from './state.ts';

/** Providers take at least this much. */
const TITLE_LENGTH = 80;

const cut = (title: string): string => {
  const characters = Array.from(title);
  return characters.length <= TITLE_LENGTH ? title : `${characters.slice(0, TITLE_LENGTH - 1).join('')}…`;
};

/** `1 line`, `3 lines`. */
export const linesText = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;

/** `2 × Stoneware mug`, `2 × Stoneware mug and 3 more`: the first line, and how many others. Titles are the catalogue's, never what a shopper typed. */
export function goodsText(lines: readonly Pick<CartLine, 'quantity' | 'title'>[]): string {
  const [first, ...others] = lines;
  if (!first) return 'Your order';
  const head = `${first.quantity} × ${cut(first.title)}`;
  return others.length === 0 ? head : `${head} and ${others.length} more`;
}
