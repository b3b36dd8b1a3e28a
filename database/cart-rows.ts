/** The rows that one publication writes. Instants are RFC 3339 text, money is in minor units. */
import type { CartStatus } from '../contract/cart-view.ts';
import type { OperationOutcome, Refusal } from '../contract/operations.ts';

interface GenerationColumns {
  cartId: string;
  workflowId: string;
  bornAt: string;
  generation: number;
  version: number;
  status: CartStatus;
  ownerKind: 'guest' | 'customer';
  ownerHash: string;
  currency: string;
  total: number;
  /** The cart view as ready JSON. */
  view: string;
  createdAt: string;
}

/** The newest state. */
export interface CartRow extends GenerationColumns {
  lines: readonly { id: string; sku: string; revision: number }[];
  itemsCount: number;
  totalQuantity: number;
  isLocked: boolean;
  updatedAt: string;
  expiresAt: string | null;
  abandonedAt: string | null;
}

/** A generation that ended. */
export interface FinishedCartRow extends GenerationColumns {
  state: unknown;
  finishedAt: string;
}

/** One applied change. */
export interface AuditRow {
  cartId: string;
  version: number;
  workflowId: string;
  kind: string;
  operation: unknown;
  /** Null in what was written before changes were kept. */
  change: unknown;
  actor: string;
  keyHash: string | null;
  requestId: string;
  at: string;
}

/** What became of a request with an idempotency key. `refusal` is null exactly when the status is `applied`. */
export interface RequestRow {
  workflowId: string;
  keyHash: string;
  fingerprint: string;
  requestId: string;
  status: 'applied' | 'refused';
  version: number;
  refusal: Refusal | null;
  outcomes: OperationOutcome[];
  at: string;
}

export interface PublicationRows {
  cart: CartRow;
  finished: readonly FinishedCartRow[];
  audit: readonly AuditRow[];
  requests: readonly RequestRow[];
  /** `published_at` of a row that gives way whatever it holds. */
  observed: string | null;
}
