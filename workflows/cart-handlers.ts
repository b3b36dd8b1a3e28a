/** The doors of a cart: every write as an Update and as a Signal of the same name, and the queries. What they do is in answers.ts. */
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import type { Receipt } from '../contract/operations.ts';
import { answer, answerPriced, answerRewrite, check, quietly, receive } from './answers.ts';
import type { CartKeeper } from './cart-keeper.ts';
import type { Envelope } from './messages.ts';
import * as messages from './messages.ts';
import {
  lacksFacts,
  type ReadWhat,
  readAct,
  readLeft,
  readMany,
  readOne,
  readOrderId,
  readRequests,
  requestOf,
  total,
} from './read-request.ts';

interface Door<What> {
  update: UpdateDefinition<Receipt, [What, Envelope?]>;
  signal: SignalDefinition<[What, Envelope?]>;
  read: ReadWhat;
  description: string;
}

function openDoor<What>(keeper: CartKeeper, { update, signal, read, description }: Door<What>): void {
  const handler = async (message: What, envelope?: Envelope): Promise<Receipt> => {
    const request = total(() => requestOf(read(message), envelope, () => keeper.handKey()));
    if (!envelope && lacksFacts(request)) return answerPriced(keeper, request);
    const [receipt] = answer(keeper, [request]);
    return receipt as Receipt;
  };
  const validator = (message: What, envelope?: Envelope): void => {
    // No fresh id here: validators do not run on replay, and a drawn id would shift all later ones.
    const request = total(() => requestOf(read(message), envelope, () => 'by-hand'));
    if (envelope || !lacksFacts(request)) check(keeper, [request]);
  };
  setHandler(update, handler, { validator, description });
  setHandler(signal, (message, envelope) => receive(keeper, () => read(message), envelope), { description });
}

/** Registers everything, synchronously, before the workflow's first await: an Update that finds no handler is refused. */
export function registerHandlers(keeper: CartKeeper): void {
  openDoor(keeper, {
    update: messages.addItemUpdate,
    signal: messages.addItemSignal,
    read: readOne('addItem'),
    description: 'Adds units of a SKU: {"sku": "…", "quantity": 1}',
  });
  openDoor(keeper, {
    update: messages.updateItemUpdate,
    signal: messages.updateItemSignal,
    read: readOne('updateItem'),
    description: 'Sets quantity or options of a line: {"lineId": "l1", "quantity": 2}',
  });
  openDoor(keeper, {
    update: messages.removeItemUpdate,
    signal: messages.removeItemSignal,
    read: readOne('removeItem'),
    description: 'Takes a line out: {"lineId": "l1"}',
  });
  openDoor(keeper, {
    update: messages.clearUpdate,
    signal: messages.clearSignal,
    read: readOne('clear'),
    description: 'Takes all lines out: {}',
  });
  openDoor(keeper, {
    update: messages.batchUpdate,
    signal: messages.batchSignal,
    read: readMany,
    description:
      'Several operations: {"atomic": true, "operations": [{"type": "addItem", "sku": "…", "quantity": 1}]}',
  });
  openDoor(keeper, {
    update: messages.restoreUpdate,
    signal: messages.restoreSignal,
    read: readLeft,
    description:
      'Puts the lines of a cart that was left into this one, for the link in a mail. From the API.',
  });
  openDoor(keeper, {
    update: messages.operateUpdate,
    signal: messages.operateSignal,
    read: readAct,
    description: 'What operators do, for example: {"type": "lock", "reason": "…"}',
  });
  registerInternals(keeper);
}

function registerInternals(keeper: CartKeeper): void {
  setHandler(
    messages.applyRequestsUpdate,
    async (list) =>
      answer(
        keeper,
        total(() => readRequests(list)),
      ),
    {
      validator: (list) =>
        check(
          keeper,
          total(() => readRequests(list)),
        ),
      description: 'Requests of several clients at once, from the API. Not for use by hand.',
    },
  );
  setHandler(
    messages.completeSignal,
    (message) => quietly(keeper, () => keeper.complete(readOrderId(message))),
    { description: 'An order was made from this cart: it ends, an empty one goes on. {"orderId": "…"}' },
  );
  setHandler(messages.republishSignal, () => keeper.republish(), {
    description: 'Publish the cart again: the read model has missed something. No argument.',
  });
  setHandler(messages.rewriteRowUpdate, (what) => answerRewrite(keeper, what), {
    description: 'Writes the row of the cart again, over one that is known to be wrong. From the API.',
  });
  setHandler(messages.inspectQuery, () => keeper.inspect(), {
    description: 'All of the state, and how it stands with the read model',
  });
  setHandler(messages.viewQuery, () => keeper.view(), { description: 'The cart as the API shows it' });
  setHandler(messages.operationQuery, (key) => keeper.statusOf(String(key)), {
    description: 'What became of the request with this key hash',
  });
}
