/**
 * The error catalogue: one row for each code, with its HTTP status and whether the same request may be tried again.
 * Callers switch on `code`; the texts may change. The order of checks is in docs/reference/errors.md.
 */

/** `no`: will fail again. `same_key`: repeat with the same Idempotency-Key. `fresh`: read first, then ask anew. */
export type Retry = 'no' | 'same_key' | 'fresh';

export interface ErrorRow {
  status:
    | 400
    | 401
    | 402
    | 403
    | 404
    | 405
    | 408
    | 409
    | 410
    | 412
    | 413
    | 415
    | 422
    | 428
    | 429
    | 431
    | 500
    | 503
    | 504;
  title: string;
  retry: Retry;
}

export const ERRORS = {
  invalid_json: { status: 400, title: 'The body is not valid JSON', retry: 'no' },
  invalid_header: { status: 400, title: 'A request header is malformed', retry: 'no' },
  idempotency_key_invalid: { status: 400, title: 'The Idempotency-Key is malformed', retry: 'no' },
  unauthenticated: { status: 401, title: 'Sign in first', retry: 'same_key' },
  token_expired: { status: 401, title: 'The token has expired', retry: 'same_key' },
  token_invalid: { status: 401, title: 'The token is not valid', retry: 'no' },
  webhook_signature_invalid: { status: 401, title: 'The webhook cannot be verified', retry: 'no' },
  payment_declined: { status: 402, title: 'The payment was declined', retry: 'fresh' },
  forbidden: { status: 403, title: 'Not allowed', retry: 'no' },
  csrf_rejected: { status: 403, title: 'The request came from another site', retry: 'no' },
  route_not_found: { status: 404, title: 'There is nothing at this address', retry: 'no' },
  cart_not_found: { status: 404, title: 'No such cart', retry: 'no' },
  line_not_found: { status: 404, title: 'No such line in the cart', retry: 'no' },
  operation_not_found: { status: 404, title: 'No operation with this key', retry: 'no' },
  product_not_found: { status: 404, title: 'No such product', retry: 'no' },
  bulk_action_not_found: { status: 404, title: 'No such bulk action', retry: 'no' },
  order_not_found: { status: 404, title: 'No such order', retry: 'no' },
  checkout_not_found: { status: 404, title: 'No such checkout', retry: 'no' },
  link_invalid: { status: 404, title: 'This link is not valid', retry: 'no' },
  method_not_allowed: { status: 405, title: 'This address does not take that method', retry: 'no' },
  request_timeout: { status: 408, title: 'The request did not arrive in time', retry: 'same_key' },
  out_of_stock: { status: 409, title: 'Not enough in stock', retry: 'fresh' },
  sku_unavailable: { status: 409, title: 'This product is no longer sold', retry: 'no' },
  cart_empty: { status: 409, title: 'The cart is empty', retry: 'no' },
  cart_closed: { status: 409, title: 'The cart is closed', retry: 'fresh' },
  checkout_limit: { status: 409, title: 'Too many open checkouts', retry: 'fresh' },
  checkout_in_progress: { status: 409, title: 'A checkout is under way', retry: 'same_key' },
  cart_locked: { status: 409, title: 'The cart is locked by the shop', retry: 'same_key' },
  merge_not_possible: { status: 409, title: 'The carts cannot be merged', retry: 'no' },
  merge_in_progress: { status: 409, title: 'The cart is being merged', retry: 'same_key' },
  payment_mismatch: { status: 409, title: 'The payment does not match the order', retry: 'no' },
  link_expired: { status: 410, title: 'This link has expired', retry: 'no' },
  erased: { status: 410, title: 'The data was erased', retry: 'no' },
  version_conflict: { status: 412, title: 'The cart has changed meanwhile', retry: 'fresh' },
  price_changed: { status: 412, title: 'A price has changed meanwhile', retry: 'fresh' },
  payload_too_large: { status: 413, title: 'The body is too large', retry: 'no' },
  unsupported_media_type: { status: 415, title: 'Send application/json', retry: 'no' },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    retry: 'no',
  },
  validation_failed: { status: 422, title: 'The request does not fit the schema', retry: 'no' },
  sku_unknown: { status: 422, title: 'No such product', retry: 'no' },
  options_invalid: { status: 422, title: 'The options do not fit the product', retry: 'no' },
  quantity_limit: { status: 422, title: 'Too many units', retry: 'no' },
  line_limit: { status: 422, title: 'Too many lines', retry: 'no' },
  cart_total_limit: { status: 422, title: 'The total is too large', retry: 'no' },
  currency_mismatch: { status: 422, title: 'The currencies differ', retry: 'no' },
  card_data_rejected: { status: 422, title: 'Never send card numbers', retry: 'no' },
  precondition_required: { status: 428, title: 'If-Match is required', retry: 'fresh' },
  cart_busy: { status: 429, title: 'Too many changes to this cart at once', retry: 'same_key' },
  rate_limited: { status: 429, title: 'Too many requests', retry: 'same_key' },
  headers_too_large: { status: 431, title: 'The headers are too large', retry: 'no' },
  internal: { status: 500, title: 'A fault of ours', retry: 'same_key' },
  feature_disabled: { status: 503, title: 'This feature is switched off', retry: 'no' },
  dependency_unavailable: { status: 503, title: 'A part of the system is out of reach', retry: 'same_key' },
  overloaded: { status: 503, title: 'Too busy at the moment', retry: 'same_key' },
  deadline_exceeded: { status: 504, title: 'No answer in time; the outcome is not known', retry: 'same_key' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERRORS, code);
