/** The lines of a published cart as the catalogue sells them now: for mails, which must not show a price of days ago. */
import type { CartView, CurrentLine } from '../contract/cart-view.ts';
import type { ProductFacts } from '../contract/product-facts.ts';
import { lineAmount } from './money.ts';
import { currentUnitPrice, refreshView } from './view.ts';

/** A line that is sold no more keeps the price it had. */
export function currentLines(view: CartView, facts: ReadonlyMap<string, ProductFacts>): CurrentLine[] {
  return refreshView(view, facts).lines.map((line): CurrentLine => {
    const now = facts.get(line.sku);
    const unitPrice = currentUnitPrice(line, now, view.currency) ?? line.unitPrice;
    const imageUrl = now?.imageUrl ?? line.imageUrl;
    return {
      title: now?.title ?? line.title,
      ...(imageUrl === undefined ? {} : { imageUrl }),
      options: line.options,
      quantity: line.quantity,
      unitPrice,
      lineTotal: Number(lineAmount(unitPrice, line.quantity)),
      isAvailable: line.available === 'inStock' || line.available === 'low',
      maxQuantity: line.maxQuantity,
    };
  });
}
