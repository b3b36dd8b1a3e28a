/**
 * The whole HTTP side, without a socket: routes, checks, and one frame around every request that names it, logs it, counts it and
 * turns whatever goes wrong into a problem of the catalogue.
 */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { JWTVerifyGetKey } from 'jose';
import type { Config } from '../config.ts';
import type { CheckoutPolicy } from '../contract/checkouts.ts';
import type { Sql } from '../database/client.ts';
import { createAddressHashes } from '../mail/mail-address.ts';
import { createAccountContacts } from './account-contacts.ts';
import { answerProblem, toProblem } from './answer-problem.ts';
import type { BulkActionGateway } from './bulk-action-gateway.ts';
import { type CartFeed, createCartFeed } from './cart-feed.ts';
import type { Carts } from './carts.ts';
import type { Checkouts } from './checkouts.ts';
import type { Router } from './define-route.ts';
import type { AppEnv } from './exchange.ts';
import { createFeatureFlags, type FeatureFlags } from './flags/feature-flags.ts';
import { FlagProvider } from './flags/flag-provider.ts';
import { createIdentity } from './identity/caller.ts';
import { createForget, createHandOut } from './identity/credential-headers.ts';
import { createCustomerTokens } from './identity/customer-token.ts';
import { createGuestTokens } from './identity/guest-token.ts';
import { createOrderTokens } from './identity/order-token.ts';
import type { Logger } from './log.ts';
import type { ApiMetrics } from './metrics.ts';
import { createMergeOffers } from './merge-offers.ts';
import { frame } from './middleware/frame.ts';
import { answerUnmatched } from './middleware/unmatched.ts';
import { registerSecuritySchemes } from './openapi.ts';
import type { OperatorGateway } from './operator-gateway.ts';
import type { OperatorParts } from './operators/operator-parts.ts';
import { createPaymentInbox, type OnPaymentEvent, type PaymentInbox } from './payment-inbox.ts';
import { createProviders, createWebhookReaders } from '../payments/create-providers.ts';
import { createProductFacts } from './product-facts.ts';
import { aliasRoutes } from './routes/aliases.ts';
import { bulkActionRoutes } from './routes/bulk-actions.ts';
import type { ReconcileGateway } from './reconcile-gateway.ts';
import type { RecoverySignals } from './recovery-signals.ts';
import { reconcileRoutes } from './routes/reconcile.ts';
import type { RetentionGateway } from './retention-gateway.ts';
import { retentionRoutes } from './routes/retention.ts';
import { batchRoutes } from './routes/batch.ts';
import { cartRoutes } from './routes/cart.ts';
import { checkoutRoutes } from './routes/checkout.ts';
import { contactRoutes } from './routes/contact.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { eventRoutes } from './routes/events.ts';
import { itemRoutes } from './routes/items.ts';
import { meRoutes } from './routes/me.ts';
import { mergeRoutes } from './routes/merge.ts';
import { operatorActRoutes } from './routes/operator-acts.ts';
import { operatorCartRoutes } from './routes/operator-carts.ts';
import { operationRoutes } from './routes/operations.ts';
import { orderRoutes } from './routes/orders.ts';
import { recoverRoutes } from './routes/recover.ts';
import { unsubscribeRoutes } from './routes/unsubscribe.ts';
import { createLinkTokens } from '../mail/link-tokens.ts';
import { probeRoutes } from './routes/probes.ts';
import { productRoutes } from './routes/products.ts';
import { referenceRoutes } from './routes/reference.ts';
import type { RateLimits } from './rate/rate-limits.ts';
import { selectRateLimits } from './rate/select-rate-limits.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { createViews } from './views.ts';
import type { WriteParts } from './write/submit-change.ts';

export interface Dependencies {
  config: Config;
  carts: Carts;
  checkouts: Checkouts;
  operatorGateway: OperatorGateway;
  bulkActions: BulkActionGateway;
  reconcile: ReconcileGateway;
  recoverySignals: RecoverySignals;
  retention: RetentionGateway;
  sql: Sql;
  log: Logger;
  metrics: ApiMetrics;
  /** Stands in for the key set of JWT_JWKS_URL. */
  keySet?: JWTVerifyGetKey;
  /** Ms of a rate limit's window; a minute unless a test is in a hurry. */
  rateWindowMs?: number;
  /** Tells a checkout what its payment provider said. Absent: the events are kept until somebody does. */
  onPaymentEvent?: OnPaymentEvent;
  /** Epoch ms. */
  now?: () => number;
  /** False once the process has begun to stop. */
  isAccepting?: () => boolean;
}

export interface Api {
  app: OpenAPIHono<AppEnv>;
  feed: CartFeed;
  /** To be closed with the process. */
  flags: FeatureFlags;
  payments: PaymentInbox;
  /** When what answers did not wait for has come to an end. */
  settled: () => Promise<void>;
}

interface Surroundings {
  limits: RateLimits;
  flags: FeatureFlags;
  now: () => number;
}

function createParts(dependencies: Dependencies, { limits, flags, now }: Surroundings): WriteParts {
  const { config, carts, sql, metrics, keySet } = dependencies;
  const guestTokens = createGuestTokens(config.GUEST_TOKEN_KEYS);
  const verifyCustomer = createCustomerTokens({ config, now, ...(keySet ? { keySet } : {}) });
  const identity = createIdentity({ config, guestTokens, verifyCustomer });
  const facts = createProductFacts(sql, config.PRICE_AGE, now);
  const views = createViews({ sql, carts, facts, metrics, currency: config.CURRENCY });
  const handOut = createHandOut(config, guestTokens, identity.cookieName);
  const keyAgeMs = config.REMEMBERED_KEYS_AGE;
  const forget = createForget(config, identity.cookieName);
  const offers = createMergeOffers(sql, flags);
  return { sql, keyAgeMs, carts, facts, views, identity, limits, handOut, forget, offers, metrics };
}

const policyOfCheckouts = (config: Config): CheckoutPolicy => ({
  holdLifeMs: config.HOLD_LIFE,
  paymentWaitMs: config.PAYMENT_WAIT,
  openCheckoutsMax: config.OPEN_CHECKOUTS_MAX,
});

/** What mails lead to. */
function linkRoutes(
  router: Router,
  { dependencies, parts, now }: { dependencies: Dependencies; parts: WriteParts; now: () => number },
): void {
  const { config, recoverySignals, log } = dependencies;
  const links = {
    linkTokens: createLinkTokens({ keys: config.LINK_TOKEN_KEYS, now }),
    shop: { name: config.SHOP_NAME, url: config.SHOP_URL, locale: config.SHOP_LOCALE },
  };
  recoverRoutes(router, { ...parts, ...links, recoverySignals });
  unsubscribeRoutes(router, { ...parts, ...links, recoverySignals, log });
}

/** The app and its feed. Throws when a key that identities rest on is missing. Connects to nothing by itself. */
export function createApi(dependencies: Dependencies): Api {
  const { config, carts, sql, log, metrics } = dependencies;
  const now = dependencies.now ?? Date.now;
  const isAccepting = dependencies.isAccepting ?? (() => true);
  const { rateWindowMs: windowMs } = dependencies;
  const limits = selectRateLimits({
    config,
    sql,
    log,
    metrics,
    ...(windowMs === undefined ? {} : { windowMs }),
  });
  const flags = createFeatureFlags(
    new FlagProvider({ fixed: config.FEATURE_FLAGS, path: config.FEATURE_FLAGS_FILE, log }),
  );
  const parts = createParts(dependencies, { limits, flags, now });
  const feed = createCartFeed({ sql, views: parts.views, log });
  metrics.observeSubscribers(() => feed.watchers());
  const payments = createPaymentInbox({ sql, log, onPaymentEvent: dependencies.onPaymentEvent });

  const app = new OpenAPIHono<AppEnv>();
  const addressHashes = createAddressHashes(config.OWNER_HASH_KEY);
  const accountContacts = createAccountContacts({ sql, hashes: addressHashes, log, now });
  const allowedOrigins = config.ALLOWED_ORIGINS;
  const gate = { identity: parts.identity, allowedOrigins, limits, flags, accountContacts };
  const router: Router = { app, gate, known: [] };
  registerSecuritySchemes(app);
  app.use('*', frame({ log, metrics, allowedOrigins: config.ALLOWED_ORIGINS }));
  app.onError((error, c) => answerProblem(c, toProblem(error)));
  app.notFound((c) => answerUnmatched(c, router.known));
  cartRoutes(router, parts);
  itemRoutes(router, parts);
  batchRoutes(router, parts);
  mergeRoutes(router, parts);
  const { recoverySignals } = dependencies;
  const contactParts = { ...parts, addressHashes, accountContacts, recoverySignals };
  contactRoutes(router, contactParts);
  meRoutes(router, contactParts);
  operationRoutes(router, parts);
  eventRoutes(router, { feed, flags, offers: parts.offers, now });
  aliasRoutes(router, parts);
  const operatorParts: OperatorParts = { ...parts, gateway: dependencies.operatorGateway };
  operatorCartRoutes(router, operatorParts);
  operatorActRoutes(router, operatorParts);
  erasureRoutes(router, { sql, recoverySignals });
  bulkActionRoutes(router, { sql, bulkActions: dependencies.bulkActions });
  reconcileRoutes(router, { sql, reconcile: dependencies.reconcile });
  retentionRoutes(router, { sql, retention: dependencies.retention });
  productRoutes(router, sql);
  const { GUEST_TOKEN_KEYS: keys, ORDER_TOKEN_LIFE: lifeMs } = config;
  const orderTokens = createOrderTokens({ keys, lifeMs, now });
  checkoutRoutes(router, {
    ...contactParts,
    checkouts: dependencies.checkouts,
    orderTokens,
    checkoutPolicy: policyOfCheckouts(config),
    isTestShop: createProviders(config).chosen === 'test',
  });
  orderRoutes(router, {
    sql,
    orderTokens,
    limits,
    handOut: parts.handOut,
  });
  linkRoutes(router, { dependencies, parts, now });
  const readers = createWebhookReaders(config);
  webhookRoutes(router, { readers, inbox: payments, limits, metrics, now });
  probeRoutes(router, { sql, carts, metrics, isAccepting });
  referenceRoutes(router);
  return { app, feed, flags, payments, settled: () => accountContacts.settled() };
}
