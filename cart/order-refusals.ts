/** Why a checkout holds nothing or comes to no order, in words fit for a shopper. */
import type { Refusal, Shortage } from '../contract/operations.ts';
import { refuse } from './verdict.ts';

const sentence = ({ sku, available }: Shortage, titles: Readonly<Record<string, string>>): string => {
  const title = titles[sku] ?? sku;
  return available === 0 ? `${title} is out of stock.` : `Only ${available} of ${title} can be had.`;
};

/** `out_of_stock` that names each SKU with what is available. `titles` by SKU; a SKU without one stands for itself. */
export function refuseShortages(
  shortages: readonly Shortage[],
  titles: Readonly<Record<string, string>> = {},
): Refusal {
  const detail = shortages.map((shortage) => sentence(shortage, titles)).join(' ');
  const [only, second] = shortages;
  const available = only && !second ? { available: only.available } : {};
  return refuse('out_of_stock', detail, { ...available, shortages: [...shortages] }).refusal;
}

/** `sku_unavailable` that names each line that is no longer sold. */
export function refuseGone(lines: readonly { id: string; title: string }[]): Refusal {
  const errors = lines.map(({ id, title }) => ({
    path: `lines.${id}`,
    code: 'sku_unavailable',
    message: `${title} is no longer sold.`,
  }));
  const names = [...new Set(lines.map(({ title }) => title))].join(', ');
  return refuse('sku_unavailable', `No longer sold: ${names}.`, { errors }).refusal;
}

export const refuseCheckoutLimit = (): Refusal =>
  refuse('checkout_limit', 'Too many checkouts are open; finish or cancel one of them first.').refusal;

export const refusePayment = (): Refusal =>
  refuse('payment_mismatch', 'The payment does not match the order.').refusal;
