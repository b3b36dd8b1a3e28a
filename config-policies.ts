/** What carts and their workers make of the settings. One place, so that a cart that is born in the API and one that goes on agree. */
import type { QuietHours } from './cart/quiet-hours.ts';
import type { CartPolicy } from './cart/state.ts';
import type { Config } from './config.ts';

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
  recoveryDelaysMs: config.RECOVERY_DELAYS,
});

/** When recovery e-mails may go out. */
export const recoveryOf = ({
  RECOVERY_QUIET_HOURS,
  SHOP_TIME_ZONE,
}: Pick<Config, 'RECOVERY_QUIET_HOURS' | 'SHOP_TIME_ZONE'>): {
  quietHours?: QuietHours;
  timeZone: string;
} => ({
  timeZone: SHOP_TIME_ZONE,
  ...(RECOVERY_QUIET_HOURS ? { quietHours: RECOVERY_QUIET_HOURS } : {}),
});
