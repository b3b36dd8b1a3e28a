/** A line of a cart or an order as mails show it. */
import type { OrderLine } from '../contract/orders.ts';
import { imageUrlOf, type LetterLine, oneLine, optionsText, type Shop } from './letter.ts';
import { money } from './money.ts';
import { fill, type Voice } from './texts.ts';

type Bought = Pick<OrderLine, 'title' | 'imageUrl' | 'options' | 'quantity' | 'unitPrice' | 'subtotal'>;

export function toLetterLine(
  line: Bought,
  currency: string,
  { texts: { words }, locale }: Voice,
  shop: Shop,
): LetterLine {
  const imageUrl = imageUrlOf(line.imageUrl, shop);
  return {
    title: oneLine(line.title),
    ...(imageUrl === undefined ? {} : { imageUrl }),
    options: optionsText(line.options),
    quantity: `${words.quantity} ${line.quantity}`,
    unitPrice: fill(words.each, { price: money(line.unitPrice, currency, locale) }),
    total: money(line.subtotal, currency, locale),
    isUnavailable: false,
  };
}
