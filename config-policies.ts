/** What carts and their workers make of the settings. One place, so that a cart that is born in the API and one that goes on agree. */
import type { QuietHours } from './cart/quiet-hours.ts';
import type { CartPolicy } from './cart/state.ts';
import type { Config } from './config.ts';
import type { RetentionPolicy } from './contract/retention.ts';

/** The limits and delays of carts: given to new ones by the API, and to living ones with each fresh run. */
export const cartPolicyOf = (config: Config): CartPolicy => ({
  rememberedKeysMax: config.REMEMBERED_KEYS_MAX,
  rememberedKeysAgeMs: config.REMEMBERED_KEYS_AGE,
  continueAsNewAfterEvents: config.CONTINUE_AS_NEW_AFTER_EVENTS,
  publishWaitMs: config.PUBLISH_WAIT,
  priceAgeMs: config.PRICE_AGE,
  idleTickMs: config.IDLE_TICK,
  expiryEmptyMs: config.CART_EXPIRY_EMPTY,
  expiryGuestMs: config.CART_EXPIRY_GUEST,
  expiryCustomerMs: config.CART_EXPIRY_CUSTOMER,
  recoveryDelaysMs: config.ABANDONMENT_DELAYS,
  // Twice as long as a checkout takes where nothing is in its way.
  checkoutPatienceMs: 2 * Math.max(config.HOLD_LIFE, config.PAYMENT_WAIT),
  reopens: true,
  freshRunWhenQuiet: true,
  sleepsByHistory: true,
});

/** When recovery e-mails may go out, and how many to one address. */
export const recoveryOf = ({
  QUIET_HOURS,
  RECOVERY_PER_ADDRESS,
  SHOP_TIME_ZONE,
}: Pick<Config, 'QUIET_HOURS' | 'RECOVERY_PER_ADDRESS' | 'SHOP_TIME_ZONE'>): {
  quietHours?: QuietHours;
  timeZone: string;
  perAddressMax: number;
} => ({
  timeZone: SHOP_TIME_ZONE ?? 'UTC',
  perAddressMax: RECOVERY_PER_ADDRESS,
  ...(QUIET_HOURS ? { quietHours: QUIET_HOURS } : {}),
});

/** How old what is not needed any more must be. Idempotency keys are good for REMEMBERED_KEYS_AGE; twice that leaves no doubt. */
export const retentionOf = (config: Config): RetentionPolicy => ({
  requestsMs: 2 * config.REMEMBERED_KEYS_AGE,
  outboxMs: Math.max(config.RETENTION_OUTBOX, config.RECOVERY_LINK_LIFE),
  contactsMs: Math.max(config.RETENTION_CONTACTS, config.RECOVERY_LINK_LIFE),
  cartsMs: config.RETENTION_FINISHED_CARTS,
  trailsMs: config.RETENTION_AUDIT,
});
