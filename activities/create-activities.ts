/** Every side effect that a workflow may have, each a verb of its own and safe to run twice. */
import type { ProductFacts } from '../contract/product-facts.ts';
import type { Publication } from '../cart/publication.ts';
import type { CartPolicy } from '../cart/state.ts';
import type { RecoveryPromise } from '../contract/abandonment.ts';
import type { Pricing } from '../contract/pricing.ts';
import type { Sql } from '../database/client.ts';
import { type CheckoutActivities, createCheckoutActivities } from './checkout-activities.ts';
import { type ShippingRates, tablesOf, type TaxRates } from './checkout-ports.ts';
import { createPaymentActivities, type PaymentActivities } from './create-payment-activities.ts';
import { type DatabaseLog, createDatabaseGuard } from './guard-database.ts';
import { type CartsHolding, listCartsHolding } from './list-carts-holding.ts';
import type { Providers } from './payment-parts.ts';
import { publishCart } from './publish-cart.ts';
import {
  type EndedAbsence,
  endAbandonment,
  type PromiseRecovery,
  promiseRecoveryMail,
  type RecoveryParts,
} from './promise-recovery-mail.ts';
import { readProductFacts } from './read-product-facts.ts';

export interface ActivityDependencies {
  sql: Sql;
  log?: DatabaseLog;
  /** The shop's own tables (`pricingOf` in config.ts). Without them nothing is taxed and shipping is free. */
  pricing?: Pricing;
  /** Stand in for the tables. */
  shippingRates?: ShippingRates;
  taxRates?: TaxRates;
  /** Who takes payments (payments/create-providers.ts). Without it nobody does. */
  payments?: Providers;
  /** When mails may go out, and who counts them (`recoveryOf` in config-policies.ts). Without it at any time. */
  recovery?: RecoveryParts;
  /** Limits and delays of today (`cartPolicyOf` in config-policies.ts). Without them carts keep what they were given. */
  policy?: CartPolicy;
}

const NO_PAYMENTS: Providers = { chosen: undefined, providers: {} };

const FREE: Pricing = {
  pricesIncludeTax: false,
  taxRates: {},
  shippingMethods: [{ code: 'standard', title: 'Standard', amount: 0, taxClass: 'standard' }],
};

export interface Activities extends CheckoutActivities, PaymentActivities {
  /** Writes the newest state and everything that happened since to the read model. Called twice or late, it changes nothing. */
  publishCart(publication: Publication): Promise<void>;
  /** Workflow ids of open carts that hold a SKU, one page in their order. */
  listCartsHolding(page: CartsHolding): Promise<string[]>;
  /**
   * Marks the row of an abandoned cart, and puts a message into the outbox where its owner may be written to. Again: it is there already.
   */
  promiseRecoveryMail(promise: PromiseRecovery): Promise<RecoveryPromise>;
  /** The row does not show this absence any more; another one is left alone. */
  endAbandonment(absence: EndedAbsence): Promise<void>;
  /** What a cart goes by from its next run on; null: as before. */
  readPolicy(): Promise<CartPolicy | null>;
  /** Today's facts; SKUs that do not exist are missing from the answer. */
  readProductFacts(skus: string[]): Promise<ProductFacts[]>;
}

/** All reject with `DatabaseUnavailable` (try again) or `DatabaseFault` (a mistake of ours, logged, not to be tried again at once). */
export function createActivities(dependencies: ActivityDependencies): Activities {
  const { sql, log, pricing, payments = NO_PAYMENTS, recovery, policy, ...ports } = dependencies;
  const guard = createDatabaseGuard(log);
  return {
    ...createPaymentActivities({ sql, payments, ...(log ? { log } : {}) }),
    ...createCheckoutActivities({ sql, ...tablesOf(pricing ?? FREE), ...ports }, guard),
    publishCart: (publication) =>
      guard('publishCart', { workflowId: publication.workflowId }, () =>
        publishCart(sql, publication, recovery?.metrics),
      ),
    promiseRecoveryMail: (promise) =>
      guard('promiseRecoveryMail', { workflowId: promise.workflowId }, () =>
        promiseRecoveryMail({ sql, ...recovery }, promise),
      ),
    endAbandonment: (absence) =>
      guard('endAbandonment', { workflowId: absence.workflowId }, () =>
        endAbandonment({ sql, ...recovery }, absence),
      ),
    readPolicy: async () => policy ?? null,
    listCartsHolding: (page) => guard('listCartsHolding', {}, () => listCartsHolding(sql, page)),
    readProductFacts: (skus) => guard('readProductFacts', {}, () => readProductFacts(sql, skus)),
  };
}
