/** The argument of a cart workflow: how it begins, or what the last run handed over. A wire format; see cart/state.ts. */
import type { RememberedKey } from '../cart/remembered-keys.ts';
import type { CartPolicy, CartState } from '../cart/state.ts';
import type { CartRequest, MergeStrategy, OperationOutcome } from '../contract/operations.ts';
import type { Envelope } from './messages.ts';
import type { Outbox } from './outbox.ts';

export interface CartInput {
  schema: 1;
  policy: CartPolicy;
  owner: 'guest' | 'customer';
  ownerHash: string;
  currency: string;
  /** Everything below: handed over at continue-as-new. */
  carried?: Carried;
}

export interface Carried {
  state: CartState;
  remembered: RememberedKey[];
  /** What the read model has not taken yet. */
  outbox: Outbox;
  /** Requests that wait for product facts. */
  unpriced: CartRequest[];
  /** Of a customer's cart; absent where there never was one. */
  merges?: Merges;
}

/** The merges of a customer's cart. */
export interface Merges {
  pending: PendingMerge[];
  /** Oldest first. */
  done: MergeRecord[];
}

/** A guest's cart has been asked for, and has not answered. */
export interface PendingMerge {
  guest: string;
  ticket: string;
  strategy: MergeStrategy;
  /** Of the first request for it. */
  envelope: Envelope;
  /** Those that wait for no answer: their outcomes are written down. */
  signals: Envelope[];
  /** Epoch ms at which the guest's cart was asked last. */
  askedAt: number;
}

/** What came of a merge: answers everybody who asks for it again. */
export interface MergeRecord {
  guest: string;
  attempt: string;
  version: number;
  outcomes: OperationOutcome[];
  /** Epoch ms. */
  at: number;
}
