/**
 * How a scenario reaches a cart: through the rules, through the workflow, or over HTTP. One driver is one shopper with no cart yet, in
 * front of a fresh test catalogue (driving.md). A driver translates; it judges nothing.
 */
import type { CartView } from '../../contract/cart-view.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { AddItem, Clear, RemoveItem, UpdateItem } from '../../contract/operations.ts';

/** What a client can say: no product facts. */
export type AskedOperation = Omit<AddItem, 'facts'> | Omit<UpdateItem, 'facts'> | RemoveItem | Clear;

/** One request. A single operation with `atomic: true` is that operation's own message or route; anything else is a batch. */
export interface AskedRequest {
  operations: AskedOperation[];
  atomic: boolean;
  /** Idempotency key, unique to this driver's cart. Absent: a fresh one. */
  key?: string;
  /** The version that the caller believes in. */
  ifMatch?: number;
}

/** What the shop changes while shoppers are shopping. `price` is the SKU's unit price before options. */
export interface ProductChange {
  sku: string;
  price?: number;
  stock?: number;
  active?: boolean;
}

export type Answer =
  /** Applied now. `outcomes`: of a batch, one for each operation: `ok` or the code of its refusal. */
  | { is: 'accepted'; outcomes?: ('ok' | ErrorCode)[] }
  /** The key was known, and the same request had been applied before. */
  | { is: 'replayed' }
  /** Nothing was applied. `at`: the operation that stood in the way of an atomic batch. */
  | { is: 'refused'; code: ErrorCode; available?: number; currentVersion?: number; at?: number };

export interface Driver {
  send(request: AskedRequest): Promise<Answer>;
  /** The cart as it is now; the empty view where there is none. */
  view(): Promise<CartView>;
  /** Absent where the catalogue cannot be changed; scenarios that need it are then left out. */
  changeProduct?(change: ProductChange): Promise<void>;
}
