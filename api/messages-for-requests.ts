/** Which Temporal message carries which requests: an operation by its own name, a batch as `batch`, several requests together. */
import type { UpdateDefinition } from '@temporalio/common';
import { isOperatorAct } from '../contract/operator-acts.ts';
import type { CartRequest, Receipt } from '../contract/operations.ts';
import * as messages from '../workflows/messages.ts';

const UPDATES = {
  addItem: messages.addItemUpdate,
  updateItem: messages.updateItemUpdate,
  removeItem: messages.removeItemUpdate,
  clear: messages.clearUpdate,
  restore: messages.restoreUpdate,
  lock: messages.operateUpdate,
  unlock: messages.operateUpdate,
  repriceLines: messages.operateUpdate,
  withdraw: messages.operateUpdate,
};

export interface Message {
  update: UpdateDefinition<Receipt | Receipt[], [unknown, ...unknown[]]>;
  args: [unknown, ...unknown[]];
  /** The signal of the same name and its arguments, for one request. */
  signal: string;
  signalArgs: unknown[];
}

/** At least one request. Names stay readable in Temporal UI: `addItem`, not `execute`. */
export function messageFor(requests: CartRequest[]): Message {
  const [request] = requests;
  if (requests.length !== 1 || !request) {
    const update = messages.applyRequestsUpdate as unknown as Message['update'];
    return { update, args: [requests], signal: '', signalArgs: [] };
  }
  const { atomic, operations, ...envelope } = request;
  const [operation] = operations;
  const isSingle = operations.length === 1 && atomic && operation;
  const update = (isSingle ? UPDATES[operation.type] : messages.batchUpdate) as unknown as Message['update'];
  const { type, ...rest } = operation ?? { type: 'clear' as const };
  // An act keeps its type: all acts come by one message.
  const what = isOperatorAct({ type }) ? { type, ...rest } : rest;
  const args: Message['args'] = [isSingle ? what : { atomic, operations }, envelope];
  return { update, args, signal: update.name, signalArgs: args };
}
