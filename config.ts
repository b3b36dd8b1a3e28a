/**
 * The only reader of process.env. Each setting has a type, a default and one line of prose; docs/reference/configuration.md is
 * generated from this table. A wrong value ends the process at start with one sentence for each mistake.
 */
import { z } from 'zod';
import {
  addressRanges,
  duration,
  entries,
  featureFlags,
  flag,
  guestTokenKeys,
  integer,
  list,
  locale,
  mailbox,
  origins,
  quietHours,
  risingDurations,
  smtpUrl,
  stripeWebhookSecrets,
  timeZone,
  webhookSecrets,
} from './config-forms.ts';
import { FAULT_SETTINGS, faultMistakes } from './config-faults.ts';
import { UPKEEP_SETTINGS } from './config-upkeep.ts';
import { parseShippingMethod, parseTaxRate } from './cart/pricing-settings.ts';
import type { Pricing } from './contract/pricing.ts';

export const SETTINGS = {
  CARTCTL_URL: z
    .url()
    .optional()
    .describe('The API that `cartctl` talks to (default: that of `npm start` in this folder).'),
  CARTCTL_TOKEN: z.string().min(1).optional().describe('The operator’s token of `cartctl`.'),
  DATABASE_URL: z
    .string()
    .default('postgres://127.0.0.1:5433/cartwright')
    .describe('PostgreSQL, as a connection URL.'),
  DATABASE_POOL: integer(10, 1, 200).describe('Connections that one process may hold.'),
  API_HOST: z.string().default('127.0.0.1').describe('Address that the API binds to.'),
  API_PORT: integer(3000, 0, 65_535).describe('Port of the API.'),
  WORKER_HOST: z.string().default('127.0.0.1').describe("Address of the worker's probes and metrics."),
  WORKER_PORT: integer(9090, 0, 65_535).describe("Port of the worker's probes and metrics."),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('How much is logged.'),
  LOG_PRETTY: flag(false).describe('Logs for people instead of JSON lines (development).'),
  CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'write three capital letters, such as EUR')
    .default('EUR')
    .describe('Currency of new carts (ISO 4217).'),
  JWT_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe('Secret for customer tokens signed with HS256 (at least 32 characters).'),
  JWT_JWKS_URL: z
    .url()
    .optional()
    .describe('Key set for customer tokens signed with RS256, PS256, ES256 or EdDSA.'),
  JWT_ISSUER: z.string().min(1).default('cartwright').describe('The `iss` that customer tokens must carry.'),
  JWT_AUDIENCE: z
    .string()
    .min(1)
    .default('cartwright')
    .describe('The `aud` that customer tokens must carry.'),
  GUEST_TOKEN_KEYS: guestTokenKeys.describe(
    'Keys of guest tokens, newest first: `<key id>:<base64url of 32 random bytes>,…`. The first signs, all verify.',
  ),
  LINK_TOKEN_KEYS: guestTokenKeys.describe(
    'Keys of the links in mails, in the form of GUEST_TOKEN_KEYS. The first signs, all verify.',
  ),
  OWNER_HASH_KEY: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43,}$/)
    .optional()
    .describe(
      'Key of the hash that stands for an owner in ids and logs (base64url of 32 random bytes). Never change it: customers would lose their carts.',
    ),
  COOKIE_SECURE: flag(true).describe(
    '`false` only for plain http on a name other than localhost; the cookie is then called `cart` and lacks Secure.',
  ),
  ALLOWED_ORIGINS: origins.describe(
    'Origins of storefronts on other hosts, exact, comma-separated (CORS and CSRF).',
  ),
  TRUSTED_PROXIES: addressRanges.describe(
    'Proxies whose X-Forwarded-For is believed: addresses and CIDR ranges, comma-separated. Nobody by default.',
  ),
  FEATURE_FLAGS: featureFlags.describe(
    'Features switched on or off from the start: `merge=off,liveEvents=off`. All are on by default.',
  ),
  FEATURE_FLAGS_FILE: z
    .string()
    .optional()
    .describe(
      'JSON file of features to switch while the API runs, `{"merge": false}`; followed within seconds, and stronger than FEATURE_FLAGS.',
    ),
  RATE_LIMITS: flag(true).describe('Rate limits on or off.'),
  RATE_LIMIT_STORE: z
    .enum(['memory', 'postgres'])
    .default('memory')
    .describe(
      'Where requests are counted: in each process for itself, or in PostgreSQL for all of them together.',
    ),
  RATE_LIMIT_PER_MINUTE: integer(300, 1, 1_000_000).describe(
    'Requests per principal and minute: a customer, a guest, or the address of a caller who is neither yet.',
  ),
  RATE_LIMIT_WRITES_PER_MINUTE: integer(200, 1, 1_000_000).describe(
    'Changes among them, per principal and minute.',
  ),
  RATE_LIMIT_ADDRESS_PER_MINUTE: integer(3_000, 1, 10_000_000).describe(
    'Requests per address (IPv6: per /64) and minute, all principals behind it together.',
  ),
  RATE_LIMIT_NEW_CARTS_PER_MINUTE: integer(30, 1, 1_000_000).describe(
    "New guests' carts per address and minute.",
  ),
  RATE_LIMIT_REFUSED_CREDENTIALS_PER_MINUTE: integer(30, 1, 1_000_000).describe(
    'Credentials that are not genuine, per address and minute; more are answered with `rate_limited`.',
  ),
  HEADERS_TIMEOUT: duration('10s').describe(
    'How long the headers of a request may take to arrive; then 408 and the connection closes.',
  ),
  BODY_TIMEOUT: duration('20s').describe('How long a whole request may take to arrive, its body included.'),
  KEEP_ALIVE_TIMEOUT: duration('65s').describe(
    'How long an idle connection stays open. Longer than the idle time of the proxy in front.',
  ),
  MAX_CONNECTIONS: integer(10_000, 1, 1_000_000).describe('Open connections to one API process.'),
  MAX_CONNECTIONS_PER_ADDRESS: integer(2_000, 1, 1_000_000).describe(
    'Open connections from one address that is not a trusted proxy.',
  ),
  REQUEST_DEADLINE: duration('5s').describe('How long a write may take before it is answered with 504.'),
  LANE_LIMIT: integer(500, 1, 10_000).describe(
    'Writes to one cart that may wait in one API process; more are answered with `cart_busy`.',
  ),
  PUBLISH_WAIT: duration('2s').describe(
    'How long an answer waits for the read model before it goes out without it.',
  ),
  PRICE_AGE: duration('1h').describe('A change to the cart re-prices lines whose price is older than this.'),
  REMEMBERED_KEYS_MAX: integer(256, 16, 2_000).describe('Idempotency keys that a cart remembers.'),
  REMEMBERED_KEYS_AGE: duration('24h').describe('How long it remembers them.'),
  CONTINUE_AS_NEW_AFTER_EVENTS: integer(350, 20, 10_000).describe(
    'History events after which a cart starts a new run.',
  ),
  IDLE_TICK: duration('5m').describe(
    'How long a cart is left alone before its search attributes follow, and after an order its fresh run.',
  ),
  CART_EXPIRY_EMPTY: duration('48h').describe('Life of an empty cart since its last change.'),
  CART_EXPIRY_GUEST: duration('90d').describe(
    "Life of a guest's cart since its last change; also the life of the cookie.",
  ),
  CART_EXPIRY_CUSTOMER: duration('365d').describe("Life of a customer's cart since its last change."),
  ABANDONMENT_DELAYS: risingDurations('1h,24h,72h').describe(
    'How long after a shopper has left a cart each recovery e-mail goes out; `off`: no cart counts as abandoned.',
  ),
  QUIET_HOURS: quietHours('off').describe(
    'Span of the day in which no recovery e-mail goes out, as `22:00-08:00`, in the shopper’s time zone where it is known, else in SHOP_TIME_ZONE.',
  ),
  SHOP_TIME_ZONE: timeZone.describe(
    'Time zone of people whose own is not known, such as `Europe/Vienna`. Needed with QUIET_HOURS; else UTC.',
  ),
  PAYMENT_PROVIDER: z
    .enum(['test', 'stripe'])
    .optional()
    .describe(
      'Who takes new payments. Default: Stripe where STRIPE_SECRET_KEY is set, else the test provider.',
    ),
  WEBHOOK_SECRET: webhookSecrets.describe(
    'Secrets of the test provider’s webhooks, newest first: `whsec_<base64 of 24 to 64 random bytes>,…`. The first signs, all verify.',
  ),
  PAYMENTS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where the test provider is. Set it only where nobody pays for real.'),
  PAYMENTS_HOST: z.string().default('127.0.0.1').describe('Address that the test provider binds to.'),
  PAYMENTS_PORT: integer(8880, 0, 65_535).describe('Port of the test provider.'),
  PAYMENTS_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where browsers find the pages of the test provider, if not at its address and port.'),
  PAYMENTS_WEBHOOK_URLS: list('http://127.0.0.1:3000/webhooks/payments/test').describe(
    'Where the test provider delivers its events; of several, one after the other until one answers 2xx.',
  ),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^[A-Za-z0-9_]{8,255}$/, 'write sk_… or rk_… as Stripe shows it')
    .optional()
    .describe('Secret key of the Stripe account (`sk_…`, `rk_…`). Switches Stripe on.'),
  STRIPE_WEBHOOK_SECRET: stripeWebhookSecrets.describe(
    'Signing secrets of the webhook endpoint at Stripe (`whsec_…`), comma-separated while one is being rolled.',
  ),
  STRIPE_API_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Another origin than Stripe’s own, for a stand-in in tests.'),
  PRICES_INCLUDE_TAX: flag(false).describe(
    'Whether catalogue and shipping prices contain their tax; otherwise it comes on top.',
  ),
  TAX_RATES: entries('standard=0', parseTaxRate, '<class>=<percent>').describe(
    'Percent for each tax class: `standard=19,reduced=7`. A class that is not listed and does not spell its rate (`rate-10.75`) is taxed as `standard`.',
  ),
  SHIPPING_METHODS: entries(
    'standard=0,express=990',
    parseShippingMethod,
    '<code>=<minor units>[/<free from>][@<tax class>]',
  ).describe('Ways to ship, the default first: `<code>=<minor units>[/<free from>][@<tax class>],…`.'),
  OPEN_CHECKOUTS_MAX: integer(3, 1, 1_000).describe('Checkouts that one owner may have open at once.'),
  HOLD_LIFE: duration('15m').describe('How long an open checkout holds its stock.'),
  PAYMENT_WAIT: duration('15m').describe(
    'How long a checkout waits for its payment; never longer than it holds the stock.',
  ),
  ORDER_TOKEN_LIFE: duration('90d').describe('How long an Order-Token shows the order of its checkout.'),
  SHOP_NAME: z
    .string()
    .min(1)
    .max(60)
    .default('Cartwright')
    .describe('What the shop is called, in mails and on its pages.'),
  SHOP_ADDRESS: z
    .string()
    .min(5)
    .max(300)
    .optional()
    .describe('Postal address of the shop, in one line; it stands in every mail. Needed with SMTP_URL.'),
  SHOP_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('The storefront; mails link to it.'),
  SHOP_LOCALE: locale('en').describe('Language and country of mails to people whose own is not known.'),
  API_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where browsers and mail programs reach the API, for links in mails. Needed with SMTP_URL.'),
  SMTP_URL: smtpUrl
    .optional()
    .describe(
      'Mail server: `smtp://user:password@host:port` (STARTTLS where it is offered) or `smtps://…`. Without it nothing is sent, and mails wait.',
    ),
  MAIL_FROM: mailbox
    .optional()
    .describe('Sender of all mails: `Shop <orders@shop.example>` or an address. Needed with SMTP_URL.'),
  MAIL_TEXTS: z
    .string()
    .optional()
    .describe(
      'Folder with the texts of mails, one JSON file for each language (default: those in mail/texts).',
    ),
  RECOVERY_LINK_LIFE: duration('7d').describe('How long the link in a recovery mail leads to the cart.'),
  INBOX_HOST: z.string().default('127.0.0.1').describe('Address that the test inbox binds to.'),
  INBOX_PORT: integer(8025, 0, 65_535).describe('Port of the test inbox’s page.'),
  INBOX_SMTP_PORT: integer(1025, 0, 65_535).describe('Port on which the test inbox takes mails.'),
  INBOX_FOLDER: z
    .string()
    .optional()
    .describe('Where the test inbox keeps its mails; without it, only in memory.'),
  RECOVERY_PER_ADDRESS: integer(6, 0, 100).describe(
    'Recovery e-mails that one address may get in seven days, over all carts: nobody is flooded by whoever types their address.',
  ),
  ...UPKEEP_SETTINGS,
  MAX_CACHED_WORKFLOWS: integer(2_000, 10, 100_000).describe(
    'Carts that one worker keeps in memory (about 0.3 MB each).',
  ),
  ...FAULT_SETTINGS,
} as const;

const schema = z.object(SETTINGS).superRefine(({ NODE_ENV, ...settings }, context) => {
  for (const message of faultMistakes({ ...settings, isProduction: NODE_ENV === 'production' })) {
    context.addIssue({ code: 'custom', path: ['FAULTS'], message });
  }
  if (settings.QUIET_HOURS && settings.SHOP_TIME_ZONE === undefined) {
    const message = 'is needed with QUIET_HOURS: write the name of a time zone, such as Europe/Vienna or UTC';
    context.addIssue({ code: 'custom', path: ['SHOP_TIME_ZONE'], message });
  }
});

export type Config = z.infer<typeof schema>;

/**
 * Reads and checks the settings. Throws one Error that lists every wrong setting. Empty variables count as absent.
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(
    `The configuration is not valid:\n${lines.join('\n')}\nEvery setting: docs/reference/configuration.md`,
  );
}

/** How the shop taxes and ships. */
export const pricingOf = (
  config: Pick<Config, 'PRICES_INCLUDE_TAX' | 'TAX_RATES' | 'SHIPPING_METHODS'>,
): Pricing => ({
  pricesIncludeTax: config.PRICES_INCLUDE_TAX,
  taxRates: Object.fromEntries(config.TAX_RATES),
  shippingMethods: config.SHIPPING_METHODS,
});
