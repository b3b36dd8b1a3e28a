/**
 * Every bound of the product in one place, each with its reason. Both the HTTP schemas and the rules read
 * them, so that the border and the single writer can never disagree about what is too much.
 */

/** Units of one line. Peers cap at 999 as well; wholesale orders are several carts or an operator's work. */
export const MAX_QUANTITY = 999;

/** Lines of one cart: keeps a cart under 100 KB in histories, answers and the continue-as-new argument. */
export const MAX_LINES = 100;

/** Operations in one batch request: half a cart at once, well under a Temporal payload's 2 MiB. */
export const MAX_BATCH_OPERATIONS = 50;

/** Bytes of a request body, chunked ones included. A full batch of configured products needs about 30 KB. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Bytes of a webhook's body: Stripe's events carry whole objects, and stay well below. */
export const MAX_WEBHOOK_BYTES = 256 * 1024;

/** Levels of nesting in a JSON body; the deepest legal request has five. */
export const MAX_JSON_DEPTH = 16;

/** Bytes of all request headers together (Node's own parser enforces it with 431). */
export const MAX_HEADER_BYTES = 16 * 1024;

/** Characters of a SKU. */
export const MAX_SKU_LENGTH = 64;

/** Letters, digits and the separators that real SKUs use; nothing that needs escaping anywhere. */
export const SKU_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]*$';

/** Options of one line, and attributes of one line. */
export const MAX_OPTIONS = 20;
export const MAX_ATTRIBUTES = 20;

/** Characters of an option or attribute name, and of a text value. */
export const MAX_NAME_LENGTH = 64;
export const MAX_TEXT_LENGTH = 500;

/** Option and attribute names: an identifier, so that `__proto__` and the like are never names. */
export const NAME_PATTERN = '^[A-Za-z][A-Za-z0-9_-]*$';

/**
 * Text that shoppers type: no control characters but tab and line breaks (PostgreSQL cannot store NUL, terminals obey others), no line
 * separators that only some programs know, and no marks that make the text read otherwise than it is stored (bidirectional overrides).
 */
export const TEXT_PATTERN =
  '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ufffe\\uffff]*$';

/** Characters of an Idempotency-Key (the IETF draft leaves it to us; Stripe allows 255 too). */
export const MAX_KEY_LENGTH = 255;

/** Characters of an operator's reason, and of a notice to the shopper. */
export const MAX_REASON_LENGTH = 300;

/** Notices of the shop that one cart keeps, and for how long; they go with the first change after that. */
export const MAX_NOTICES = 10;
export const NOTICE_LIFE_MS = 7 * 24 * 3_600_000;

/** Recovery e-mails in one absence of a shopper: more would be a nuisance. */
export const MAX_RECOVERY_MAILS = 5;

/** Line ids are made by the cart (`l1`, `l2`, …) and never used twice in a workflow's life. */
export const LINE_ID_PATTERN = '^l[1-9][0-9]{0,8}$';

/** The largest amount in minor units that JSON carries exactly. */
export const MAX_AMOUNT_MINOR = Number.MAX_SAFE_INTEGER;

/** Fewer units than this are shown as `low`. */
export const LOW_STOCK = 10;
