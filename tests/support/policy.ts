/** The limits and delays that configuration gives to carts by default, for tests that make carts without a configuration. */
import type { CartPolicy } from '../../cart/state.ts';

const HOUR = 3_600_000;

export const TEST_POLICY: CartPolicy = {
  rememberedKeysMax: 256,
  rememberedKeysAgeMs: 24 * HOUR,
  continueAsNewAfterEvents: 350,
  publishWaitMs: 2_000,
  priceAgeMs: HOUR,
  idleTickMs: 300_000,
  expiryEmptyMs: 48 * HOUR,
  expiryGuestMs: 90 * 24 * HOUR,
  expiryCustomerMs: 365 * 24 * HOUR,
  freshRunWhenQuiet: true,
  sleepsByHistory: true,
};
