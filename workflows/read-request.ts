/**
 * From message to request. The API's messages carry an envelope (key, attempt, actor) and product facts; those that people send
 * from Temporal UI carry neither. Everything unreadable becomes a failure that cannot wedge the cart.
 */
import { ApplicationFailure, TemporalFailure } from '@temporalio/workflow';
import { readBatch, readOperation } from '../cart/read-message.ts';
import { readOperatorAct } from '../cart/read-operator-act.ts';
import { readRestore } from '../cart/read-restore.ts';
import { isOperatorAct } from '../contract/operator-acts.ts';
import type { CartRequest, OperationType, RequestedOperation } from '../contract/operations.ts';
import type { Envelope } from './messages.ts';

export type What = { atomic: boolean; operations: RequestedOperation[] } | { fault: string };

/** Reads the first argument of a message. */
export type ReadWhat = (message: unknown) => What;

export const readOne =
  (type: OperationType): ReadWhat =>
  (message) => {
    const read = readOperation(type, message);
    return 'fault' in read ? read : { atomic: true, operations: [read.operation] };
  };

export const readMany: ReadWhat = readBatch;

/** An operator's act. */
export const readAct: ReadWhat = (message) => {
  const read = readOperatorAct(message);
  return 'fault' in read ? read : { atomic: true, operations: [read.operation] };
};

/** The lines of a cart that was left. */
export const readLeft: ReadWhat = (message) => {
  const read = readRestore(message);
  return 'fault' in read ? read : { atomic: true, operations: [read.operation] };
};

/** A request of a lane: an operator's act and a restore come alone in their request. */
function readLaneEntry(entry: unknown): What {
  const { operations } = entry as { operations?: unknown };
  const [first] = Array.isArray(operations) ? (operations as unknown[]) : [];
  const { type } = (first ?? { type: '' }) as { type: string };
  if (type === 'restore') return readLeft(first);
  return isOperatorAct({ type }) ? readAct(first) : readMany(entry);
}

/** A failure for what is no message of ours. */
export const invalid = (fault: string) =>
  ApplicationFailure.nonRetryable(`Not a message for a cart: ${fault}`, 'InvalidMessage');

/** Anything but a TemporalFailure would fail the workflow task again and again, and with it the cart. */
export function total<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof TemporalFailure) throw error;
    throw invalid(error instanceof Error ? error.message : 'unreadable');
  }
}

/** Characters of an envelope's field; ours are shorter, and a cart remembers hundreds of them. */
const MAX_FIELD_LENGTH = 300;

export const isField = (field: unknown): boolean =>
  typeof field === 'string' && field.length <= MAX_FIELD_LENGTH;

const isEnvelope = ({ key, fingerprint, attempt, actor, requestId, ifMatch }: Envelope): boolean =>
  [key, fingerprint, attempt, actor, requestId].every(isField) &&
  (ifMatch === undefined || Number.isSafeInteger(ifMatch));

/** Facts are believed only from the API. */
function stripFacts(operation: RequestedOperation): RequestedOperation {
  if (operation.type === 'restore') {
    return { ...operation, lines: operation.lines.map(({ facts: _byHand, ...line }) => line) };
  }
  const { facts: _byHand, ...rest } = operation as { facts?: unknown };
  return rest as RequestedOperation;
}

/** The request, under the envelope's key or, by hand, under `handKey()`. Throws a failure for what is no message. */
export function requestOf(
  what: What,
  envelope: Envelope | null | undefined,
  handKey: () => string,
): CartRequest {
  if ('fault' in what) throw invalid(what.fault);
  if (envelope) {
    if (!isEnvelope(envelope)) throw invalid('the envelope lacks a field, or one is not what it should be');
    return { ...envelope, ...what };
  }
  const key = handKey();
  const operations = what.operations.map(stripFacts);
  return { ...what, operations, key, fingerprint: key, attempt: key, actor: 'operator', requestId: key };
}

/** Requests that met in a lane; more would be no message of ours. */
const MAX_REQUESTS = 200;

/** Reads the argument of `applyRequests`: requests with their envelopes around them. */
export function readRequests(list: unknown): CartRequest[] {
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_REQUESTS) {
    throw invalid('not a list of requests');
  }
  return list.map((entry: Envelope) =>
    requestOf(readLaneEntry(entry), entry, () => {
      throw invalid('a request lacks its envelope');
    }),
  );
}

/** The order of a `complete` message: 1 to 64 characters. */
export function readOrderId(message: unknown): string {
  const orderId = (message as { orderId?: unknown } | null)?.orderId;
  if (typeof orderId === 'string' && orderId.length > 0 && orderId.length <= 64) return orderId;
  throw invalid('complete: orderId: 1 to 64 characters');
}

/** Whether a rule would need facts that the request does not have. */
export const lacksFacts = (request: CartRequest): boolean =>
  request.operations.some(
    (operation) =>
      (operation.type === 'addItem' ||
        (operation.type === 'updateItem' && operation.options !== undefined)) &&
      operation.facts === undefined,
  );
