/** Header and cookie names that client and server share. */
export const IDEMPOTENCY_KEY = 'Idempotency-Key';
export const IDEMPOTENT_REPLAYED = 'Idempotent-Replayed';
export const CART_TOKEN = 'Cart-Token';
/** Shows the orders of one checkout to whoever began it; never in an address. */
export const ORDER_TOKEN = 'Order-Token';
export const REQUEST_ID = 'X-Request-Id';

/** The guest cookie where the browser keeps `__Host-` cookies (https, and plain http on loopback). */
export const GUEST_COOKIE = '__Host-cart';

/** The guest cookie with COOKIE_SECURE=false: the prefix would make browsers drop it. */
export const INSECURE_GUEST_COOKIE = 'cart';
