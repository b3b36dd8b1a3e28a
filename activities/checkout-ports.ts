/** Where tax rates and shipping prices come from: a port each, so that a carrier or a tax engine can stand in for the shop's own tables. */
import type { Pricing, ShippingMethod } from '../contract/pricing.ts';

/** What a quote may depend on. The country is all of an address that a quote needs. */
export interface QuoteRequest {
  currency: string;
  /** ISO 3166-1 alpha-2, where the shopper has given an address. */
  country?: string;
}

export interface ShippingRates {
  /** Methods that can be had, the default first. Rejects when they cannot be known now: it is asked again. */
  methodsFor(request: QuoteRequest): Promise<readonly ShippingMethod[]>;
}

export interface TaxRates {
  ratesFor(request: QuoteRequest): Promise<Pick<Pricing, 'taxRates' | 'pricesIncludeTax'>>;
}

/** The shop's tables of the settings TAX_RATES and SHIPPING_METHODS: the same for everybody. */
export const tablesOf = (pricing: Pricing): { shippingRates: ShippingRates; taxRates: TaxRates } => ({
  shippingRates: { methodsFor: async () => pricing.shippingMethods },
  taxRates: { ratesFor: async () => pricing },
});
