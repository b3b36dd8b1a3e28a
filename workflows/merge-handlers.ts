/** The doors through which carts merge: the request to a customer's cart, and the signals between the two carts. */
import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { Receipt } from '../contract/operations.ts';
import { quietly } from './answers.ts';
import type { CartKeeper } from './cart-keeper.ts';
import type { CartMerges } from './cart-merges.ts';
import type { AskedMerge, MergeTaker } from './merge-taker.ts';
import * as messages from './messages.ts';
import { readDecided, readKept, readMerge, readSurrenderAsked, readSurrendered } from './read-merge.ts';
import { total } from './read-request.ts';

function check(taker: MergeTaker, asked: AskedMerge): void {
  const receipt = total(() => taker.answerFor(asked));
  if (receipt === undefined) return;
  throw ApplicationFailure.create({
    type: messages.NOTHING_CHANGED,
    nonRetryable: true,
    message: receipt.refusal?.code ?? 'already merged',
    details: [[receipt]],
  });
}

/** Waits for the guest's cart, unless it is silent: the merge goes on, and whoever asks again finds out. */
async function answer(taker: MergeTaker, asked: AskedMerge): Promise<Receipt> {
  const known = total(() => taker.answerFor(asked));
  if (known) return known;
  const ticket = taker.begin(asked);
  const { reminders } = taker;
  await condition(() => taker.outcomeOf(ticket) !== undefined || taker.reminders > reminders);
  const receipt = taker.outcomeOf(ticket);
  if (!receipt) {
    throw ApplicationFailure.nonRetryable('The guest cart has not answered yet.', messages.MERGE_PENDING);
  }
  return receipt;
}

/** Nobody waits for it: `GET /cart/operations/{key}` or the current details tell what came of it. */
function receive(keeper: CartKeeper, taker: MergeTaker, asked: AskedMerge): void {
  const known = taker.answerFor(asked);
  if (known) keeper.noteOutcome(asked.envelope, known);
  else taker.begin(asked, true);
}

/** As all handlers: registered synchronously, before the workflow's first await. */
export function registerMergeHandlers(keeper: CartKeeper, { taker, giver }: CartMerges): void {
  const description = 'Takes over the cart of a guest: {"guest": "cart:g:…", "strategy": "sum"}';
  setHandler(
    messages.mergeUpdate,
    async (message: messages.Merge, envelope?: messages.Envelope) =>
      answer(
        taker,
        total(() => readMerge(message, envelope, () => keeper.handKey())),
      ),
    {
      validator: (message: messages.Merge, envelope?: messages.Envelope) =>
        check(
          taker,
          total(() => readMerge(message, envelope, () => 'by-hand')),
        ),
      description,
    },
  );
  setHandler(
    messages.mergeSignal,
    (message: messages.Merge, envelope?: messages.Envelope) =>
      quietly(keeper, () =>
        receive(
          keeper,
          taker,
          readMerge(message, envelope, () => keeper.handKey()),
        ),
      ),
    { description },
  );
  setHandler(
    messages.surrenderSignal,
    (message) => quietly(keeper, () => giver.give(readSurrenderAsked(message))),
    {
      description: "From a customer's cart to a guest's: hand over what you hold. Not for use by hand.",
    },
  );
  setHandler(
    messages.surrenderedSignal,
    (message) => quietly(keeper, () => taker.receive(readSurrendered(message))),
    {
      description: "From a guest's cart to a customer's: what it holds. Not for use by hand.",
    },
  );
  setHandler(messages.keptSignal, (message) => quietly(keeper, () => taker.miss(readKept(message))), {
    description:
      "From a guest's cart to a customer's: nothing to hand over, or not now. Not for use by hand.",
  });
  setHandler(messages.mergedSignal, (message) => quietly(keeper, () => giver.close(readDecided(message))), {
    description: "From a customer's cart to a guest's: it is all here, close. Not for use by hand.",
  });
  setHandler(
    messages.givenBackSignal,
    (message) => quietly(keeper, () => giver.takeBack(readDecided(message).ticket)),
    {
      description: "From a customer's cart to a guest's: go on, nothing came of it. Not for use by hand.",
    },
  );
}
