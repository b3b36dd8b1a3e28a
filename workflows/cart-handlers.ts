/**
 * The doors of a cart. Validators run the rule and drop the result, so that a refusal leaves no history; handlers run it again,
 * synchronously, and wait until the main loop has published the version. All are total: nothing thrown here can wedge a cart.
 */
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, condition, setHandler, TemporalFailure } from '@temporalio/workflow';
import { readBatch, readOperation } from '../cart/read-message.ts';
import type { CartOperation, CartRequest, OperationType, Receipt } from '../contract/operations.ts';
import type { CartKeeper } from './cart-keeper.ts';
import * as messages from './messages.ts';
import type { Envelope } from './messages.ts';

type What = { atomic: boolean; operations: CartOperation[] } | { fault: string };

const lacksFacts = (operation: CartOperation): boolean =>
  (operation.type === 'addItem' || (operation.type === 'updateItem' && operation.options !== undefined)) &&
  operation.facts === undefined;

const invalid = (fault: string) =>
  ApplicationFailure.nonRetryable(`Not a message for a cart: ${fault}`, 'InvalidMessage');

/** Anything but a TemporalFailure would fail the workflow task again and again, and with it the cart. */
function total<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof TemporalFailure) throw error;
    throw invalid(error instanceof Error ? error.message : 'unreadable');
  }
}

const isEnvelope = (envelope: Envelope): boolean =>
  [envelope.key, envelope.fingerprint, envelope.attempt, envelope.actor, envelope.requestId].every(
    (field) => typeof field === 'string',
  );

/** Facts are believed only from the API. */
function stripFacts(operation: CartOperation): CartOperation {
  const { facts: _byHand, ...rest } = operation as CartOperation & { facts?: unknown };
  return rest as CartOperation;
}

/** By hand there is no envelope: the key is the update id, and the main loop will look the product up. */
function requestOf(what: What, envelope: Envelope | undefined | null, handKey: () => string): CartRequest {
  if ('fault' in what) throw invalid(what.fault);
  if (envelope) {
    if (!isEnvelope(envelope)) throw invalid('the envelope lacks a field');
    return { ...envelope, ...what };
  }
  const key = handKey();
  const operations = what.operations.map(stripFacts);
  return { ...what, operations, key, fingerprint: key, attempt: key, actor: 'operator', requestId: key };
}

export function registerHandlers(keeper: CartKeeper): void {
  const isHopeless = () => keeper.publishFailures > 0;

  /** Refuses, before anything is written, what would change nothing; the receipts travel in the failure. */
  function check(requests: CartRequest[]): void {
    const { hasChanged, applied } = total(() => keeper.tryOut(requests));
    if (hasChanged) return;
    throw ApplicationFailure.create({
      type: messages.NOTHING_CHANGED,
      nonRetryable: true,
      message: applied.map(({ receipt }) => receipt.refusal?.code ?? 'already applied').join(', '),
      details: [keeper.receipts(applied)],
    });
  }

  async function answer(requests: CartRequest[]): Promise<Receipt[]> {
    const applied = total(() => keeper.take(requests));
    const version = Math.max(...applied.map(({ receipt }) => receipt.version));
    await condition(() => keeper.publishedVersion >= version || isHopeless());
    return keeper.receipts(applied);
  }

  async function answerPriced(request: CartRequest): Promise<Receipt> {
    keeper.queueAwaited(request);
    await condition(() => keeper.isSettled(request.key));
    return keeper.takeReceipt(request.key);
  }

  function receive(what: What, envelope: Envelope | undefined): void {
    if ('fault' in what) return keeper.note(`ignored: ${what.fault}`);
    const request = requestOf(what, envelope, () => keeper.handKey());
    if (request.operations.some(lacksFacts)) keeper.queue(request);
    else keeper.take([request], true);
  }

  /** One write as an Update and as a Signal. */
  function door<Args>(
    update: UpdateDefinition<Receipt, [Args, Envelope?]>,
    signal: SignalDefinition<[Args, Envelope?]>,
    read: (message: unknown) => What,
    description: string,
  ): void {
    const needsPrice = (request: CartRequest, envelope: Envelope | undefined) =>
      !envelope && request.operations.some(lacksFacts);
    const handler = async (message: Args, envelope?: Envelope): Promise<Receipt> => {
      const request = total(() => requestOf(read(message), envelope, () => keeper.handKey()));
      if (needsPrice(request, envelope)) return answerPriced(request);
      return (await answer([request]))[0] as Receipt;
    };
    const validator = (message: Args, envelope?: Envelope): void => {
      // No fresh id here: validators do not run on replay, and a drawn id would shift all later ones.
      const request = total(() => requestOf(read(message), envelope, () => 'by-hand'));
      if (!needsPrice(request, envelope)) check([request]);
    };
    setHandler(update, handler, { validator, description });
    setHandler(signal, (message, envelope) => quietly(() => receive(read(message), envelope)), {
      description,
    });
  }

  /** A signal's sender cannot be told, and a throwing signal handler would kill the cart: the operator reads a note. */
  function quietly(act: () => void): void {
    try {
      act();
    } catch (error) {
      keeper.note(`ignored: ${error instanceof Error ? error.message : 'unreadable'}`);
    }
  }

  const one = (type: OperationType) => (message: unknown) => {
    const read = readOperation(type, message);
    return 'fault' in read ? read : { atomic: true, operations: [read.operation] };
  };

  door(
    messages.addItemUpdate,
    messages.addItemSignal,
    one('addItem'),
    'Adds units of a SKU: {"sku": "…", "quantity": 1}',
  );
  door(
    messages.updateItemUpdate,
    messages.updateItemSignal,
    one('updateItem'),
    'Sets quantity or options of a line: {"lineId": "l1", "quantity": 2}',
  );
  door(
    messages.removeItemUpdate,
    messages.removeItemSignal,
    one('removeItem'),
    'Takes a line out: {"lineId": "l1"}',
  );
  door(messages.clearUpdate, messages.clearSignal, one('clear'), 'Takes all lines out: {}');
  door(
    messages.batchUpdate,
    messages.batchSignal,
    readBatch,
    'Several operations: {"atomic": true, "operations": [{"type": "addItem", …}]}',
  );

  setHandler(messages.applyRequestsUpdate, answer, {
    validator: check,
    description: 'Requests of several clients at once, from the API. Not for use by hand.',
  });
  setHandler(messages.completeSignal, (message) => quietly(() => keeper.complete(String(message.orderId))), {
    description: 'An order was made from this cart: it ends, and an empty one goes on. {"orderId": "…"}',
  });
  setHandler(messages.viewQuery, () => keeper.view(), { description: 'The cart as the API shows it' });
  setHandler(messages.operationQuery, (key) => keeper.statusOf(String(key)), {
    description: 'What became of the request with this key hash',
  });
}
