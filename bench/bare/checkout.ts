/**
 * A checkout without a workflow: the same functions of the database and the same calls to the provider, one after the other, in this process.
 * It survives nothing: whatever dies in the middle leaves stock held and money taken.
 */
import { randomUUID } from 'node:crypto';
import { createActivities } from '../../activities/create-activities.ts';
import { quoteCheckout } from '../../cart/quote-checkout.ts';
import type { ProductFacts } from '../../contract/product-facts.ts';
import { type Config, pricingOf } from '../../config.ts';
import type { Sql } from '../../database/client.ts';
import { createProviders } from '../../payments/create-providers.ts';

const lineOf = (facts: ProductFacts, now: number) => ({
  id: 'l1',
  sku: facts.sku,
  productId: facts.productId,
  title: facts.title,
  options: {},
  attributes: {},
  quantity: 1,
  unitPrice: facts.unitPrice,
  taxClass: facts.taxClass,
  isActive: facts.active,
  stock: facts.available,
  revision: facts.revision,
  pricedAt: now,
  addedAt: now,
});

/** One unit of the SKU, bought by somebody new with each call. Rejects where there is no order at the end. */
export function createBareCheckout(sql: Sql, config: Config, sku: string): () => Promise<void> {
  const steps = createActivities({ sql, pricing: pricingOf(config), payments: createProviders(config) });
  const currency = config.CURRENCY;
  return async () => {
    const [checkoutId, cartId, ownerHash] = [randomUUID(), randomUUID(), randomUUID()];
    const found = await steps.readCheckoutFacts({ checkoutId, cartId, currency, skus: [sku] });
    const [facts] = found.facts;
    if (!facts) throw new Error(`There is no ${sku}.`);
    const now = Date.now();
    const lines = [lineOf(facts, now)];
    const quote = quoteCheckout({ lines, currency, expectedTotal: facts.unitPrice, ...found }, now);
    if (!quote.ok) throw new Error(quote.refusal.detail);
    const heldUntil = now + config.HOLD_LIFE;
    const items = [{ sku, quantity: 1 }];
    const { OPEN_CHECKOUTS_MAX: openCheckoutsMax } = config;
    await steps.reserveStock({ checkoutId, cartId, ownerHash, items, heldUntil, openCheckoutsMax });
    const { total: amount } = quote.priced;
    const paid = await steps.createPayment({
      checkoutId,
      currency,
      amount,
      description: 'bare',
      testOutcome: 'approve',
    });
    if (paid.status !== 'captured') throw new Error(`The payment is ${paid.status}.`);
    const payment = { provider: paid.provider, paymentId: paid.paymentId ?? '', amount, currency };
    const actor = `guest:${ownerHash}`;
    const request = {
      checkoutId,
      cartId,
      ownerKind: 'guest' as const,
      ownerHash,
      currency,
      priced: quote.priced,
      payment,
      actor,
    };
    const outcome = await steps.createOrder(request);
    if (outcome.status !== 'placed') throw new Error('There is no order.');
  };
}
