/** docs/reference/errors.md: the error catalogue, with a word on when each code comes and what to do. */
import { ERRORS, type ErrorCode, type Retry } from '../../contract/errors.ts';
import { GENERATED, table } from './markdown.ts';

/** When it comes, and what a client does about it. A new code does not compile without its note. */
const NOTES: Record<ErrorCode, string> = {
  invalid_json:
    'The body is no JSON, is cut short, nests too deep, or names a field twice. Mend the request.',
  invalid_header: 'A header cannot be read, such as an `If-Match` without quotes. Mend the request.',
  idempotency_key_invalid: 'Send one key of 1 to 255 printable ASCII characters.',
  unauthenticated:
    'The route needs a caller, and there is no credential. Sign in, or put something into a cart first.',
  token_expired: 'Refresh the customer token, then send the same request with the same key.',
  token_invalid:
    'The token was not made for this shop, or is broken. Drop it; go on as a guest, or sign in anew.',
  webhook_signature_invalid:
    'For payment providers: one text for every fault of signature, time, header, body and sender. The log says which.',
  payment_declined: 'Another means of payment.',
  forbidden: 'The caller may not do this.',
  csrf_rejected: 'A browser sent it from a site that is not on the list. See ALLOWED_ORIGINS.',
  route_not_found: 'The address is wrong.',
  cart_not_found: 'No such cart, or not yours: both look the same.',
  bulk_action_not_found: 'Look at the id; Temporal keeps ended ones for its retention time.',
  line_not_found: 'The line is gone. Read the cart.',
  operation_not_found: 'The cart has not heard of a request with this key, or has forgotten it.',
  product_not_found: 'No product has this SKU.',
  order_not_found: 'No such order, or not yours: both look the same.',
  checkout_not_found: 'The cart has no checkout, or its record is too old.',
  link_invalid: 'The link is broken.',
  method_not_allowed: 'The methods that the address takes are in `Allow`.',
  request_timeout:
    'The request took too long to arrive (HEADERS_TIMEOUT, BODY_TIMEOUT); the connection is closed. Send it again.',
  out_of_stock:
    '`available` says how many units can be had. Offer that number. A checkout lists each SKU that lacks units in `shortages`.',
  sku_unavailable: 'Discontinued. Take the line out, or offer something else.',
  cart_empty: 'Put something in first.',
  cart_closed:
    'The cart has ended. Read the cart: there is a new one. With `successor`: a guest cart that was merged; sign in and use the cart of the customer.',
  checkout_limit:
    'The owner has as many open checkouts as allowed (OPEN_CHECKOUTS_MAX). Finish or cancel one.',
  checkout_in_progress: 'Finish or cancel the checkout first.',
  cart_locked: 'The shop works on this cart. Try again later.',
  merge_not_possible:
    'No guest cart came along, or it belongs to another customer by now. The carts stay as they are.',
  merge_in_progress:
    "The guest cart is on its way into a customer's cart. Try again: it is either given back, or closed for good.",
  payment_mismatch: 'The payment is for something else.',
  link_expired: 'Ask for a new link.',
  erased: 'There is nothing left to show.',
  version_conflict:
    '`If-Match` names another version. `cart` and `currentVersion` are the present state: decide again.',
  price_changed: '`cart` has the new prices: show them and ask again.',
  payload_too_large: 'The body may have 64 KiB (webhooks: 256 KiB).',
  unsupported_media_type: 'Send `application/json`, uncompressed.',
  idempotency_key_reused:
    'The key belongs to a request with another body. Make a new key for each new request.',
  validation_failed: '`errors` lists each field with what is wrong.',
  sku_unknown: 'No product has this SKU.',
  options_invalid: '`errors` lists each option with what is wrong.',
  quantity_limit: 'A line holds at most 999 units; `available` says how many more fit.',
  line_limit: 'A cart holds at most 100 lines, and their options and notes together have a bound.',
  cart_total_limit: 'The sum would not fit into a number that JSON carries exactly.',
  currency_mismatch: 'The product is sold in another currency than this cart.',
  card_data_rejected: 'Never send card numbers.',
  precondition_required: 'Send `If-Match` with the version that the shopper saw.',
  cart_busy: 'Too many writes wait for this cart. Wait for `Retry-After`, then the same key.',
  rate_limited: 'Wait for `Retry-After`, then the same key.',
  headers_too_large: 'All headers together may have 16 KiB.',
  internal: 'A bug. Report `instance`; the same key may be tried again.',
  feature_disabled:
    'The shop has switched the feature off for now. Go on without it; look again after `Retry-After`, not sooner.',
  dependency_unavailable:
    'Temporal or PostgreSQL is out of reach. Wait for `Retry-After`, then the same key.',
  overloaded: 'The write was not begun in time. Wait for `Retry-After`, then the same key.',
  deadline_exceeded:
    'The write may have happened. Send the same key: the answer says what became of it, and nothing happens twice.',
};

const RETRY: Record<Retry, string> = { no: 'no', same_key: 'same key', fresh: 'read first' };

const HEAD = `${GENERATED}

# Errors

Every error is \`application/problem+json\` (RFC 9457). Switch on \`code\`; texts may change.

\`\`\`json
{
  "type": "/errors/out_of_stock",
  "title": "Not enough in stock",
  "status": 409,
  "detail": "Only 3 of Walnut cutting board can be had.",
  "instance": "695eeeac-7053-4f5d-a651-a3762357ea66",
  "code": "out_of_stock",
  "retryable": false,
  "available": 3
}
\`\`\`

| member | meaning |
|---|---|
| \`detail\` | a sentence that may be shown to a shopper |
| \`instance\` | the request id, as in the log and in \`X-Request-Id\` |
| \`retryable\` | true: the same request may be sent again, with the same idempotency key |
| \`retryAfterMs\` | when, with 429, 503 and 504; \`Retry-After\` says the same in seconds |
| \`available\` | units that could be had |
| \`currentVersion\`, \`cart\` | the present state, with \`version_conflict\` |
| \`successor\` | \`customer\`: with \`cart_closed\`, where the cart was merged into a customer's |
| \`errors\` | \`[{path, code, message}]\`: each field, option or operation with what is wrong |

An error means that nothing happened. The one exception is \`deadline_exceeded\`: there the outcome is not known.

## Order of checks

Route, method, size of the body, media type, authentication, CSRF, features that are switched off, headers, schema, idempotency
key, \`If-Match\`, rules of the cart. The first check that fails answers.

## Codes

\`retry\`: **no** — it will fail again. **same key** — the same request with the same key may succeed. **read first** — read the
cart and decide anew.
`;

export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, { status, retry }]) => [
    `\`${code}\``,
    String(status),
    RETRY[retry],
    NOTES[code as ErrorCode],
  ]);
  return `${HEAD}\n${table(['code', 'status', 'retry', 'when, and what to do'], rows)}\n`;
}
