/** What the cart hands to the read model in one go: the newest state, and everything that happened since the last time. */
import type { OperationOutcome, Refusal, RequestedOperation } from '../contract/operations.ts';
import type { CartChange } from './change.ts';
import type { CartPolicy, CartState } from './state.ts';

/** One applied change. `(cartId, version)` is its identity, so that writing it twice writes it once. */
export interface AuditEntry {
  cartId: string;
  /** Version after the change; it was `version - 1` before. */
  version: number;
  /** `addItem` …, `merge` (of both carts), or `reprice`, `expire`, `complete` for what the cart did by itself, `recover` where a link of a mail was used. */
  kind:
    | RequestedOperation['type']
    | 'merge'
    | 'reprice'
    | 'recover'
    | 'expire'
    | 'complete'
    | 'beginCheckout'
    | 'endCheckout';
  /** The operation without the product facts: what was asked. */
  operation: unknown;
  /** What it did to the cart; absent in what was carried over from before there was one. */
  change?: CartChange;
  actor: string;
  /** Hash of the idempotency key; absent for what the cart did by itself. */
  key?: string;
  requestId: string;
  /** Epoch ms. */
  at: number;
}

/** What became of a request with a key: for `GET /cart/operations/{key}`. */
export interface RequestRecord {
  key: string;
  fingerprint: string;
  requestId: string;
  version: number;
  outcomes: OperationOutcome[];
  refusal?: Refusal;
  at: number;
}

export interface Publication {
  workflowId: string;
  state: CartState;
  /** Generations that ended since the last publication, oldest first. */
  finished: CartState[];
  audit: AuditEntry[];
  requests: RequestRecord[];
  /** When the row was written that is known to be wrong: it gives way whatever it holds. */
  observed?: string;
  policy: Pick<CartPolicy, 'expiryEmptyMs' | 'expiryGuestMs' | 'expiryCustomerMs' | 'publishWaitMs'>;
}
