/** The mail about an order that has been placed. */
import type { OrderView } from '../contract/orders.ts';
import { type Letter, type LetterSum, oneLine, type Shop } from './letter.ts';
import { toLetterLine } from './letter-line.ts';
import { longDate, money } from './money.ts';
import { fill, type Voice } from './texts.ts';

/** The order's sums in the order in which they add up; those that are nothing are left out, except the shipping. */
function toSums(order: OrderView, { texts: { words }, locale }: Voice): LetterSum[] {
  const amount = (value: number) => money(value, order.currency, locale);
  const tax = { label: words.tax, amount: amount(order.taxTotal), isTotal: false };
  const isTaxed = order.taxTotal > 0;
  return [
    { label: words.subtotal, amount: amount(order.subtotal), isTotal: false },
    ...(order.discountTotal > 0
      ? [{ label: words.discount, amount: amount(-order.discountTotal), isTotal: false }]
      : []),
    { label: words.shipping, amount: amount(order.shippingTotal), isTotal: false },
    ...(isTaxed && !order.pricesIncludeTax ? [tax] : []),
    { label: words.total, amount: amount(order.total), isTotal: true },
    ...(isTaxed && order.pricesIncludeTax ? [{ ...tax, label: words.includedTax }] : []),
  ];
}

/** Its button leads to the order in the storefront, where there is one (SHOP_URL). */
export function confirmationLetter(order: OrderView, voice: Voice, shop: Shop): Letter {
  const { texts, locale } = voice;
  const { confirmation, words } = texts;
  const values = { shop: shop.name, orderId: order.id, total: money(order.total, order.currency, locale) };
  const orderUrl = shop.url && `${shop.url.replace(/\/$/, '')}/orders/${encodeURIComponent(order.id)}`;
  return {
    locale,
    subject: oneLine(fill(confirmation.subject, values)),
    preheader: oneLine(fill(confirmation.preheader, values)),
    heading: oneLine(fill(confirmation.heading, values)),
    body: fill(confirmation.body, values),
    facts: [
      { label: words.orderNumber, value: order.id },
      { label: words.placedAt, value: longDate(order.placedAt, locale) },
    ],
    lines: order.lines.map((line) => toLetterLine(line, order.currency, voice, shop)),
    sums: toSums(order, voice),
    ...(orderUrl ? { button: { label: confirmation.button, url: orderUrl } } : {}),
    footer: fill(confirmation.footer, values),
    why: fill(words.whyConfirmation, values),
    shop,
  };
}
