/**
 * Every message that a cart understands. Each write exists as an Update (answers) and as a Signal of the same name (does not):
 * two arguments, what to do and, from the API, the envelope that makes it happen once. By hand, the first is enough.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CartPolicy, CartState } from '../cart/state.ts';
import type { CartView } from '../contract/cart-view.ts';
import type { OperatorAct } from '../contract/operator-acts.ts';
import type {
  AddItem,
  CartOperation,
  CartRequest,
  OperationStatus,
  Receipt,
  RemoveItem,
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
  /** Messages that wait for the catalogue. */
  waiting: number;
  rememberedKeys: number;
}

export const addItemUpdate = defineUpdate<Receipt, Message<AddItem>>('addItem');
export const updateItemUpdate = defineUpdate<Receipt, Message<UpdateItem>>('updateItem');
export const removeItemUpdate = defineUpdate<Receipt, Message<RemoveItem>>('removeItem');
export const clearUpdate = defineUpdate<Receipt, Message<object>>('clear');
export const batchUpdate = defineUpdate<Receipt, Message<Batch>>('batch');
/** Requests of several clients that met in the API's lane for this cart: one receipt each, in order. */
export const applyRequestsUpdate = defineUpdate<Receipt[], [CartRequest[]]>('applyRequests');

export const operateUpdate = defineUpdate<Receipt, [OperatorAct, Envelope?]>('operate');
export const rewriteRowUpdate = defineUpdate<{ isWritten: boolean }, [RewriteRow]>('rewriteRow');

export const addItemSignal = defineSignal<Message<AddItem>>('addItem');
export const updateItemSignal = defineSignal<Message<UpdateItem>>('updateItem');
export const removeItemSignal = defineSignal<Message<RemoveItem>>('removeItem');
export const clearSignal = defineSignal<Message<object>>('clear');
export const batchSignal = defineSignal<Message<Batch>>('batch');
/** The read model has missed something, or an operator thinks so: publish the present state, and whatever may be missing. */
export const republishSignal = defineSignal('republish');
export const operateSignal = defineSignal<[OperatorAct, Envelope?]>('operate');
export const completeSignal = defineSignal<[Complete]>('complete');

export const viewQuery = defineQuery<CartView>('view');
export const inspectQuery = defineQuery<Inspection>('inspect');
export const operationQuery = defineQuery<OperationStatus | undefined, [key: string]>('operation');

/** Failure type of an Update that changed nothing (refused, or a replay): its details are the receipts. */
export const NOTHING_CHANGED = 'NothingChanged';
