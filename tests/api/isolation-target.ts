/** The app in this process as the isolation matrix calls it. */
import type { Target } from '../isolation/actors.ts';
import { placeOrder } from '../isolation/place-order.ts';
import { writeTo } from '../support/left-cart.ts';
import { WEBHOOK_SECRET } from '../support/payments.ts';
import { signedToken, type TestApi } from './test-api.ts';

export const appTarget = (test: TestApi): Target => ({
  fetch: async (path, init) => await test.api.app.request(path, init),
  sign: signedToken,
  placeOrder: (cartId, note) => placeOrder(test.sql, cartId, note),
  recoveryToken: async (guestToken) => {
    const { id } = (await test.fetch('/cart', { headers: { 'cart-token': guestToken } })).body;
    return (await writeTo(test.sql, id ?? '', { keys: test.config.LINK_TOKEN_KEYS })).recover;
  },
  webhookSecret: WEBHOOK_SECRET.slice('whsec_'.length),
});
