/**
 * What may be done to a cart, and what becomes of it. The same verbs name the rules, the Temporal messages,
 * the HTTP routes and the client's methods.
 */
import type { ErrorCode } from './errors.ts';
import type { OperatorAct } from './operator-acts.ts';
import type { Options, ProductFacts } from './product-facts.ts';

/** Short free-form notes on a line (gift message id, campaign); never interpreted. */
export type Attributes = Readonly<Record<string, string>>;

export interface AddItem {
  type: 'addItem';
  sku: string;
  /** Units to add, 1–999. */
  quantity: number;
  options?: Options;
  attributes?: Attributes;
  /** True keeps the units on a line of their own even where an equal line exists. */
  separateLine?: boolean;
  /** The catalogue's facts at the time of the request; absent when a person sent the message by hand. */
  facts?: ProductFacts;
}

export interface UpdateItem {
  type: 'updateItem';
  lineId: string;
  /** The new quantity (not a difference), 0–999; 0 removes the line. */
  quantity?: number;
  /** The complete new options. */
  options?: Options;
  attributes?: Attributes;
  facts?: ProductFacts;
}

export interface RemoveItem {
  type: 'removeItem';
  lineId: string;
}

export interface Clear {
  type: 'clear';
}

/** What shoppers do. */
export type CartOperation = AddItem | UpdateItem | RemoveItem | Clear;
export type OperationType = CartOperation['type'];

/** A SKU of which there is less than was asked for. */
export interface Shortage {
  sku: string;
  wanted: number;
  /** Units that could be had; what this checkout holds itself counts as such. */
  available: number;
}

/** A line of a cart that was left, as the link in a mail brings it along. */
export interface RestoredLine {
  sku: string;
  /** What it was called then, for the notice where it is no longer sold. */
  title: string;
  quantity: number;
  options?: Options;
  attributes?: Attributes;
  /** The catalogue's facts at the time of the request; absent where there is no such product any more. */
  facts?: ProductFacts;
}

/** Puts the lines of a cart that was left into this one. Done again, it changes nothing. Only from the API, for the link in a mail. */
export interface Restore {
  type: 'restore';
  /** Public id of the cart that was left: for the audit trail. */
  from: string;
  lines: readonly RestoredLine[];
}

/** What shoppers do, by themselves or by a link. */
export type ShopperOperation = CartOperation | Restore;

/** What a request may hold. Operators' acts and a restore come alone, never in a batch. */
export type RequestedOperation = ShopperOperation | OperatorAct;

/** Why an operation did not happen. Nothing changed. */
export interface Refusal {
  code: ErrorCode;
  /** Fit to be shown to a shopper. */
  detail: string;
  /** Units that could be had, with `out_of_stock` and `quantity_limit`. */
  available?: number;
  /** Every SKU that lacks units, with `out_of_stock` at a checkout. */
  shortages?: Shortage[];
  /** The cart's version, with `version_conflict`. */
  currentVersion?: number;
  /** With `cart_closed`: a guest's cart that lives on in a customer's. */
  successor?: 'customer';
  /** Where in the request the trouble is, with `options_invalid`. */
  errors?: { path: string; code: string; message: string }[];
}

/** How quantities of equal lines come together when a guest's cart goes into a customer's. Lines without an equal are taken over. */
export type MergeStrategy = 'sum' | 'max' | 'guestWins' | 'accountWins';

/** Something of the guest's cart that did not come over as it was. */
export interface MergeNotice {
  sku: string;
  title: string;
  /** The line in the customer's cart; absent for what was dropped. */
  lineId?: string;
  /** Units that the strategy asked for, and those that the line has now. */
  wanted: number;
  quantity: number;
  reason:
    | 'quantity_limit'
    | 'out_of_stock'
    | 'sku_unavailable'
    | 'line_limit'
    | 'cart_total_limit'
    | 'attribute_limit';
}

export interface MergeNotices {
  adjusted: MergeNotice[];
  dropped: MergeNotice[];
}

/** `isUnchanged`: what was asked for was so already. `merge`: of a merge or a restore, whose outcome it is. */
export type OperationOutcome =
  | { ok: true; lineId?: string; isUnchanged?: true; merge?: MergeNotices; checkoutId?: string }
  | { ok: false; refusal: Refusal };

/**
 * One HTTP request, as the cart sees it: one operation, or a batch. Applied at most once for each key, however often it is sent.
 */
export interface CartRequest {
  /** SHA-256 (base64url, 22 characters) of the idempotency key: keys are the client's text and stay out of Temporal. */
  key: string;
  /** SHA-256 (base64url, 22 characters) of the canonical operations: tells a retry from another request under the same key. */
  fingerprint: string;
  /** This try's own id. A receipt that carries another attempt's id is a replay. */
  attempt: string;
  /** Who asked: `guest`, `customer`, `operator` or `system`, and a hash. Never a name. */
  actor: string;
  /** Request id for logs and audit. */
  requestId: string;
  /** The version that the caller saw; another one refuses the request with `version_conflict`. */
  ifMatch?: number;
  /** True: all operations or none. */
  atomic: boolean;
  operations: RequestedOperation[];
}

/** What became of a request. Small on purpose: it is stored in the history, the cart is not. */
export interface Receipt {
  key: string;
  /** The attempt that was applied. */
  attempt: string;
  /** The cart's version after the request. */
  version: number;
  outcomes: OperationOutcome[];
  /** Set when the whole request was refused; then no outcome was applied. */
  refusal?: Refusal;
}

/** What became of a request that was answered with 202. */
export type OperationStatus =
  | { status: 'pending' }
  | { status: 'applied'; version: number }
  | { status: 'refused'; refusal: Refusal };
