/**
 * Which providers the settings switch on. A provider without the secret of its webhooks is a mistake that ends the start: an unset
 * secret must never mean that everybody is believed.
 */
import type { Config } from '../config.ts';
import type { ProviderName } from '../contract/payments.ts';
import type { ParseWebhook, PaymentProvider } from './payment-provider.ts';
import { createStripeProvider } from './stripe-provider.ts';
import { createStripeWebhooks } from './stripe-webhooks.ts';
import { createTestProvider } from './test-provider.ts';
import { createTestWebhooks } from './test-webhooks.ts';

export type PaymentSettings = Pick<
  Config,
  | 'PAYMENT_PROVIDER'
  | 'PAYMENTS_URL'
  | 'WEBHOOK_SECRET'
  | 'STRIPE_SECRET_KEY'
  | 'STRIPE_WEBHOOK_SECRET'
  | 'STRIPE_API_URL'
>;

export type WebhookReaders = Partial<Record<ProviderName, ParseWebhook>>;

/** A reader for each provider whose secret is set; the others' webhooks are refused like forged ones. */
export function createWebhookReaders(settings: PaymentSettings): WebhookReaders {
  const { WEBHOOK_SECRET: test, STRIPE_WEBHOOK_SECRET: stripe } = settings;
  return {
    ...(test.length > 0 ? { test: createTestWebhooks(test) } : {}),
    ...(stripe.length > 0 ? { stripe: createStripeWebhooks(stripe) } : {}),
  };
}

/** Throws one sentence when a payment could come in whose events nobody can check, or when none can come in at all. */
export function requireWebhookSecrets(settings: PaymentSettings): void {
  const readers = createWebhookReaders(settings);
  if (settings.PAYMENTS_URL !== undefined && !readers.test) {
    throw new Error('PAYMENTS_URL needs WEBHOOK_SECRET: without it nobody can tell a genuine payment event.');
  }
  if (settings.STRIPE_SECRET_KEY !== undefined && !readers.stripe) {
    throw new Error(
      'STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET: without it nobody can tell a genuine payment event.',
    );
  }
  if (!readers.test && !readers.stripe) {
    throw new Error(
      'No webhook secret is set: set STRIPE_WEBHOOK_SECRET (Stripe) or WEBHOOK_SECRET (the test provider). `npm start` makes one for development.',
    );
  }
}

/** Real money wins where both are on, unless PAYMENT_PROVIDER says otherwise. */
function chosen(settings: PaymentSettings): ProviderName | undefined {
  if (settings.PAYMENT_PROVIDER !== undefined) return settings.PAYMENT_PROVIDER;
  if (settings.STRIPE_SECRET_KEY !== undefined) return 'stripe';
  return settings.PAYMENTS_URL === undefined ? undefined : 'test';
}

const NEEDED = {
  test: ['PAYMENTS_URL', 'WEBHOOK_SECRET'],
  stripe: ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
} as const;

/** The providers that are on; `chosen` takes new payments, and is undefined where the shop takes none. */
export function createProviders(settings: PaymentSettings): {
  chosen: ProviderName | undefined;
  providers: Partial<Record<ProviderName, PaymentProvider>>;
} {
  const { test, stripe } = createWebhookReaders(settings);
  const { PAYMENTS_URL: url, STRIPE_SECRET_KEY: secretKey, STRIPE_API_URL: apiUrl } = settings;
  const providers = {
    ...(url !== undefined && test ? { test: createTestProvider({ url, parseWebhook: test }) } : {}),
    ...(secretKey !== undefined && stripe
      ? { stripe: createStripeProvider({ secretKey, apiUrl, parseWebhook: stripe }) }
      : {}),
  };
  const name = chosen(settings);
  if (name !== undefined && !(name in providers)) {
    const missing = NEEDED[name].filter(
      (setting) => settings[setting] === undefined || settings[setting].length === 0,
    );
    throw new Error(`Payments by '${name}' (PAYMENT_PROVIDER) need ${missing.join(' and ')} too.`);
  }
  return { chosen: name, providers };
}
