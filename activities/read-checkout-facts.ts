/** Everything that a checkout re-prices and validates with, read at one moment: today's catalogue, tax rates and shipping methods. */
import type { Pricing } from '../contract/pricing.ts';
import type { ProductFacts } from '../contract/product-facts.ts';
import { readFacts } from '../database/catalogue.ts';
import type { Sql } from '../database/client.ts';
import { readContact } from '../database/order-contacts.ts';
import type { QuoteRequest, ShippingRates, TaxRates } from './checkout-ports.ts';

export interface CheckoutFactsRequest {
  checkoutId: string;
  cartId: string;
  currency: string;
  skus: readonly string[];
}

export interface CheckoutFacts {
  /** In no particular order; SKUs that do not exist are missing. What this cart's own checkout holds counts as available. */
  facts: ProductFacts[];
  pricing: Pricing;
}

export interface CheckoutFactsParts {
  sql: Sql;
  shippingRates: ShippingRates;
  taxRates: TaxRates;
}

const COUNTRY = /^[A-Z]{2}$/;

/** The country is looked up here, so that no address goes through Temporal. */
async function quoteRequest(sql: Sql, { checkoutId, currency }: CheckoutFactsRequest): Promise<QuoteRequest> {
  const country = (await readContact(sql, checkoutId))?.shippingAddress?.country;
  return country !== undefined && COUNTRY.test(country) ? { currency, country } : { currency };
}

/** Reads only. The answer goes into the checkout's history: the figures that the shopper agrees to are made from it. */
export async function readCheckoutFacts(
  { sql, shippingRates, taxRates }: CheckoutFactsParts,
  request: CheckoutFactsRequest,
): Promise<CheckoutFacts> {
  const quote = await quoteRequest(sql, request);
  const [facts, shippingMethods, taxes] = await Promise.all([
    readFacts(sql, [...new Set(request.skus)], request.cartId),
    shippingRates.methodsFor(quote),
    taxRates.ratesFor(quote),
  ]);
  const { pricesIncludeTax, taxRates: rates } = taxes;
  return { facts: [...facts.values()], pricing: { pricesIncludeTax, taxRates: rates, shippingMethods } };
}
