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

export const refuseCheckoutLimit = (): Refusal =>
  refuse('checkout_limit', 'Too many checkouts are open; finish or cancel one of them first.').refusal;

export const refusePayment = (): Refusal =>
  refuse('payment_mismatch', 'The payment does not match the order.').refusal;
