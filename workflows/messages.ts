/**
 * Every message that a cart understands. Each write exists as an Update (answers) and as a Signal of the same name (does not):
 * two arguments, what to do and, from the API, the envelope that makes it happen once. By hand, the first is enough.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { EndedCheckout as Ended } from '../cart/end-checkout.ts';
import type { Snapshot } from '../cart/merge.ts';
import type { CartPolicy, CartState } from '../cart/state.ts';
import type { AbandonmentView, StopRecovery, UsedLink } from '../contract/abandonment.ts';
import type { CartView } from '../contract/cart-view.ts';
import type { CheckoutPolicy, CheckoutWish } from '../contract/checkouts.ts';
import type { OperatorAct } from '../contract/operator-acts.ts';
import type {
  AddItem,
  CartOperation,
  CartRequest,
  MergeStrategy,
  OperationStatus,
  Receipt,
  Refusal,
  RemoveItem,
  Restore,
  UpdateItem,
} from '../contract/operations.ts';

/** The part of a request that makes it idempotent and attributable. */
export type Envelope = Omit<CartRequest, 'atomic' | 'operations'>;

type Message<Operation> = [what: Omit<Operation, 'type'>, envelope?: Envelope];
export interface Batch {
  atomic: boolean;
  operations: CartOperation[];
}
/** An order was made from the cart elsewhere; `orderId` is for the audit trail. */
export interface Complete {
  orderId: string;
}

/** `observed`: the row that is known to be wrong, by when it was written; it gives way whatever it holds. */
export interface RewriteRow {
  observed?: string;
}
/** The cart as operators see it: all of its state, and how it stands with the read model. */
export interface Inspection {
  state: CartState;
  policy: CartPolicy;
  /** Failed tries in a row. */
  publishFailures: number;
  /** Changes that the read model has not taken yet. */
  unpublished: number;
  /** The cart knows that the read model is behind, and is about to publish. */
  isPublishing: boolean;
  /** Messages that wait for the catalogue. */
  waiting: number;
  rememberedKeys: number;
}

/** What a customer's cart is to take over. */
export interface Merge {
  /** Workflow id of the guest's cart. */
  guest: string;
  /** `sum` where it is missing. */
  strategy?: MergeStrategy;
}

/** What a customer's cart asks of a guest's. The ticket names the attempt, and comes back with every answer to it. */
export interface SurrenderAsked {
  ticket: string;
  /** Workflow id of the customer's cart. */
  to: string;
}

/** The guest's answer: its cart, frozen from then on. */
export interface Surrendered {
  ticket: string;
  guest: Snapshot;
  /** Workflow id of the guest's cart. */
  from: string;
}

/** The guest's other answer: it keeps its cart. Without a refusal there is nothing in it. */
export interface Kept {
  ticket: string;
  refusal?: Refusal;
}

/** How it ended, for the guest. */
export interface Decided {
  ticket: string;
  /** Workflow id of the customer's cart. */
  by: string;
}

export const addItemUpdate = defineUpdate<Receipt, Message<AddItem>>('addItem');
export const updateItemUpdate = defineUpdate<Receipt, Message<UpdateItem>>('updateItem');
export const removeItemUpdate = defineUpdate<Receipt, Message<RemoveItem>>('removeItem');
export const clearUpdate = defineUpdate<Receipt, Message<object>>('clear');
export const restoreUpdate = defineUpdate<Receipt, Message<Restore>>('restore');
export const batchUpdate = defineUpdate<Receipt, Message<Batch>>('batch');
/** Requests of several clients that met in the API's lane for this cart: one receipt each, in order. */
export const applyRequestsUpdate = defineUpdate<Receipt[], [CartRequest[]]>('applyRequests');

export const operateUpdate = defineUpdate<Receipt, [OperatorAct, Envelope?]>('operate');
export const rewriteRowUpdate = defineUpdate<{ isWritten: boolean }, [RewriteRow]>('rewriteRow');

export const addItemSignal = defineSignal<Message<AddItem>>('addItem');
export const updateItemSignal = defineSignal<Message<UpdateItem>>('updateItem');
export const removeItemSignal = defineSignal<Message<RemoveItem>>('removeItem');
export const clearSignal = defineSignal<Message<object>>('clear');
export const restoreSignal = defineSignal<Message<Restore>>('restore');
export const batchSignal = defineSignal<Message<Batch>>('batch');
/** The read model has missed something, or an operator thinks so: publish the present state, and whatever may be missing. */
export const republishSignal = defineSignal('republish');
export const operateSignal = defineSignal<[OperatorAct, Envelope?]>('operate');
export const completeSignal = defineSignal<[Complete]>('complete');

export const mergeUpdate = defineUpdate<Receipt, [Merge, Envelope?]>('merge');
export const mergeSignal = defineSignal<[Merge, Envelope?]>('merge');
export const surrenderSignal = defineSignal<[SurrenderAsked]>('surrender');
export const surrenderedSignal = defineSignal<[Surrendered]>('surrendered');
export const keptSignal = defineSignal<[Kept]>('kept');
export const mergedSignal = defineSignal<[Decided]>('merged');
export const givenBackSignal = defineSignal<[Decided]>('givenBack');

/** A checkout of what the shopper saw is to begin. Only from the API: prices are looked up, and personal data stored, before. */
export interface Begin {
  checkoutId: string;
  /** The version that the shopper saw. */
  version: number;
  wish: CheckoutWish;
  policy: CheckoutPolicy;
}

export type { Ended };

export interface Completed {
  checkoutId: string;
  orderId: string;
}

export const beginCheckoutUpdate = defineUpdate<Receipt, [Begin, Envelope]>('beginCheckout');
export const checkoutEndedSignal = defineSignal<[Ended]>('checkoutEnded');
export const checkoutCompletedSignal = defineSignal<[Completed]>('checkoutCompleted');

export type { StopRecovery };

/** The shopper was there without changing the cart: they gave an address. No argument. */
export const contactGivenSignal = defineSignal('contactGiven');
/** The link of a recovery e-mail was used, for this cart or for another one of the same person. Again: nothing happens. */
export const recoveredSignal = defineSignal<[UsedLink]>('recovered');
/** No more recovery e-mails until the cart changes; whether there may be any then is for the database to say. */
export const stopRecoverySignal = defineSignal<[StopRecovery]>('stopRecovery');
/** Whether a recovery e-mail still holds. */
export const abandonmentQuery = defineQuery<AbandonmentView>('abandonment');

export const viewQuery = defineQuery<CartView>('view');
export const inspectQuery = defineQuery<Inspection>('inspect');
export const operationQuery = defineQuery<OperationStatus | undefined, [key: string]>('operation');

/** Failure type of an Update that changed nothing (refused, or a replay): its details are the receipts. */
export const NOTHING_CHANGED = 'NothingChanged';

/** Failure type of a merge that goes on without its sender: the guest's cart has not answered yet. */
export const MERGE_PENDING = 'MergePending';

/** Memo of a guest's cart that was merged: the workflow id of the customer's. */
export const SUCCESSOR = 'successor';
