/** What a checkout costs at today's prices, or why it cannot go on: the shopper pays what they saw, or is shown what has changed. */
import type { Refusal } from '../contract/operations.ts';
import type { OrderTotals, PricedOrder } from '../contract/orders.ts';
import type { Pricing } from '../contract/pricing.ts';
import type { ProductFacts } from '../contract/product-facts.ts';
import { refuseGone } from './order-refusals.ts';
import { moneyText } from './money-text.ts';
import { priceOrder } from './order-totals.ts';
import { freshen } from './reprice.ts';
import { findShippingMethod } from './shipping.ts';
import type { CartLine } from './state.ts';
import { refuse } from './verdict.ts';

export interface QuoteParts {
  lines: readonly CartLine[];
  currency: string;
  facts: readonly ProductFacts[];
  pricing: Pricing;
  expectedTotal: number;
  shippingMethod?: string | undefined;
}

export type Quote = { ok: true; priced: PricedOrder } | { ok: false; refusal: Refusal; totals?: OrderTotals };

const names = (lines: readonly CartLine[]): string =>
  [...new Set(lines.map(({ title }) => title))].join(', ');

export const totalsOfOrder = ({ lines: _lines, ...totals }: PricedOrder): OrderTotals => totals;

function refuseLines(lines: readonly CartLine[], fresh: readonly CartLine[]): Refusal | undefined {
  const gone = fresh.filter((line) => !line.isActive);
  if (gone.length > 0) return refuseGone(gone);
  const moved = fresh.filter((line, index) => line.unitPrice !== lines[index]?.unitPrice);
  if (moved.length === 0) return undefined;
  const errors = moved.map(({ id, title }) => ({
    path: `lines.${id}`,
    code: 'price_changed',
    message: `The price of ${title} has changed.`,
  }));
  return refuse('price_changed', `The price has changed: ${names(moved)}.`, { errors }).refusal;
}

export function quoteCheckout(parts: QuoteParts, now: number): Quote {
  const { lines, facts, pricing, expectedTotal } = parts;
  const shippingMethod = findShippingMethod(pricing, parts.shippingMethod);
  if (!shippingMethod) {
    const codes = pricing.shippingMethods.map(({ code }) => code).join(', ');
    const message = codes === '' ? 'The shop ships nothing.' : `Choose one of: ${codes}.`;
    const errors = [{ path: 'shippingMethod', code: 'unknown', message }];
    return refuse('validation_failed', 'There is no such shipping method.', { errors });
  }
  const fresh = freshen(parts, facts, now);
  const priced = priceOrder({ lines: fresh, shippingMethod, pricing });
  if (!priced) return refuse('cart_total_limit', 'The total of the cart would be too large.');
  const totals = totalsOfOrder(priced);
  const refusal = refuseLines(lines, fresh);
  if (refusal) return { ok: false, refusal, totals };
  if (priced.total === expectedTotal) return { ok: true, priced };
  return { ...refuse('price_changed', `The total is ${moneyText(priced.total, parts.currency)}.`), totals };
}
