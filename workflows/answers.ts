/**
 * How a cart answers. A validator tries the request out, so that a refusal leaves no history; the handler applies it, synchronously.
 * The worker publishes the change before it reports the task, so that whoever is answered finds it in the read model.
 */
import { ApplicationFailure, condition, log } from '@temporalio/workflow';
import type { AnyRequest } from '../cart/apply-request.ts';
import type { CartRequest, Receipt } from '../contract/operations.ts';
import { type CartKeeper, receiptsOf } from './cart-keeper.ts';
import { type Envelope, NOTHING_CHANGED, type RewriteRow } from './messages.ts';
import { lacksFacts, requestOf, total, type What } from './read-request.ts';

/** Refuses, before anything is written, what would change nothing; the receipts travel in the failure. */
export function check(keeper: CartKeeper, requests: AnyRequest[]): void {
  const { hasChanged, applied } = total(() => keeper.tryOut(requests));
  if (hasChanged) return;
  throw ApplicationFailure.create({
    type: NOTHING_CHANGED,
    nonRetryable: true,
    message: applied.map(({ receipt }) => receipt.refusal?.code ?? 'already applied').join(', '),
    details: [receiptsOf(applied)],
  });
}

/** Applies the requests. */
export const answer = (keeper: CartKeeper, requests: CartRequest[]): Receipt[] =>
  receiptsOf(total(() => keeper.take(requests)));

/**
 * An Update sent by hand lacks product facts: the main loop looks them up and settles it. Not while the database is away: a handler
 * that waits for hours would keep the cart from starting a fresh run.
 */
export async function answerPriced(keeper: CartKeeper, request: CartRequest): Promise<Receipt> {
  const isQueued = keeper.unpriced.queueAwaited(request);
  await condition(() => !isQueued || keeper.unpriced.isSettled(request.key) || keeper.publishFailures > 0);
  const receipt = keeper.unpriced.takeReceipt(request.key);
  if (receipt === undefined) {
    throw ApplicationFailure.nonRetryable(
      'The catalogue is out of reach; nothing was changed.',
      'OutOfReach',
    );
  }
  return receipt;
}

/** Has the loop write the cart's row again, and waits for it unless the database is out of reach. */
export async function answerRewrite(
  keeper: CartKeeper,
  what: RewriteRow | null | undefined,
): Promise<{ isWritten: boolean }> {
  keeper.rewriteRow(typeof what?.observed === 'string' ? what.observed.slice(0, 40) : undefined);
  await condition(() => keeper.rewrite === undefined || keeper.publishFailures > 0);
  return { isWritten: keeper.rewrite === undefined };
}

/** A signal's sender cannot be told, and a throwing signal handler would kill the cart: the operator reads a note. */
export function receive(keeper: CartKeeper, read: () => What, envelope: Envelope | undefined): void {
  quietly(keeper, () => {
    const what = read();
    if ('fault' in what) return keeper.note(`ignored: ${what.fault}`);
    const request = requestOf(what, envelope, () => keeper.handKey());
    if (!lacksFacts(request)) keeper.take([request], true);
    else if (!keeper.unpriced.queue(request))
      keeper.note('ignored: too many messages wait for the catalogue');
  });
}

export function quietly(keeper: CartKeeper, act: () => void): void {
  try {
    act();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    log.warn('a message was ignored', { reason });
    keeper.note(`ignored: ${reason}`);
  }
}
