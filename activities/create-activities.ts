/** Every side effect that a workflow may have, each a verb of its own and safe to run twice. */
import type { ProductFacts } from '../contract/product-facts.ts';
import type { Publication } from '../cart/publication.ts';
import type { Pricing } from '../contract/pricing.ts';
import type { Sql } from '../database/client.ts';
import { type CheckoutActivities, createCheckoutActivities } from './checkout-activities.ts';
import { type ShippingRates, tablesOf, type TaxRates } from './checkout-ports.ts';
import { type DatabaseLog, createDatabaseGuard } from './guard-database.ts';
import { publishCart } from './publish-cart.ts';
import { readProductFacts } from './read-product-facts.ts';

export interface ActivityDependencies {
  sql: Sql;
  log?: DatabaseLog;
  /** The shop's own tables (`pricingOf` in config.ts). Without them nothing is taxed and shipping is free. */
  pricing?: Pricing;
  /** Stand in for the tables. */
  shippingRates?: ShippingRates;
  taxRates?: TaxRates;
}

const FREE: Pricing = {
  pricesIncludeTax: false,
  taxRates: {},
  shippingMethods: [{ code: 'standard', title: 'Standard', amount: 0, taxClass: 'standard' }],
};

export interface Activities extends CheckoutActivities {
  /** Writes the newest state and everything that happened since to the read model. Called twice or late, it changes nothing. */
  publishCart(publication: Publication): Promise<void>;
  /** Today's facts; SKUs that do not exist are missing from the answer. */
  readProductFacts(skus: string[]): Promise<ProductFacts[]>;
}

/** Both reject with `DatabaseUnavailable` (try again) or `DatabaseFault` (a mistake of ours, logged, not to be tried again at once). */
export function createActivities({ sql, log, pricing, ...ports }: ActivityDependencies): Activities {
  const guard = createDatabaseGuard(log);
  return {
    ...createCheckoutActivities({ sql, ...tablesOf(pricing ?? FREE), ...ports }, guard),
    publishCart: (publication) =>
      guard('publishCart', { workflowId: publication.workflowId }, () => publishCart(sql, publication)),
    readProductFacts: (skus) => guard('readProductFacts', {}, () => readProductFacts(sql, skus)),
  };
}
