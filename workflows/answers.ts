/**
 * How a cart answers. A validator tries the request out, so that a refusal leaves no history; the handler applies it, synchronously,
 * and waits until the main loop has published the version, or has found the database out of reach.
 */
import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { CartRequest, Receipt } from '../contract/operations.ts';
import type { CartKeeper } from './cart-keeper.ts';
import { type Envelope, NOTHING_CHANGED } from './messages.ts';
import { lacksFacts, requestOf, total, type What } from './read-request.ts';

/** Refuses, before anything is written, what would change nothing; the receipts travel in the failure. */
export function check(keeper: CartKeeper, requests: CartRequest[]): void {
  const { hasChanged, applied } = total(() => keeper.tryOut(requests));
  if (hasChanged) return;
  throw ApplicationFailure.create({
    type: NOTHING_CHANGED,
    nonRetryable: true,
    message: applied.map(({ receipt }) => receipt.refusal?.code ?? 'already applied').join(', '),
    details: [keeper.receipts(applied)],
  });
}

/** Applies the requests and waits for the read model. */
export async function answer(keeper: CartKeeper, requests: CartRequest[]): Promise<Receipt[]> {
  const applied = total(() => keeper.take(requests));
  const version = Math.max(...applied.map(({ receipt }) => receipt.version));
  await condition(() => keeper.publishedVersion >= version || keeper.publishFailures > 0);
  return keeper.receipts(applied);
}

/** An Update sent by hand lacks product facts: the main loop looks them up and settles it. */
export async function answerPriced(keeper: CartKeeper, request: CartRequest): Promise<Receipt> {
  keeper.queueAwaited(request);
  await condition(() => keeper.isSettled(request.key));
  return keeper.takeReceipt(request.key);
}

/** A signal's sender cannot be told, and a throwing signal handler would kill the cart: the operator reads a note. */
export function receive(keeper: CartKeeper, read: () => What, envelope: Envelope | undefined): void {
  quietly(keeper, () => {
    const what = read();
    if ('fault' in what) return keeper.note(`ignored: ${what.fault}`);
    const request = requestOf(what, envelope, () => keeper.handKey());
    if (lacksFacts(request)) keeper.queue(request);
    else keeper.take([request], true);
  });
}

export function quietly(keeper: CartKeeper, act: () => void): void {
  try {
    act();
  } catch (error) {
    keeper.note(`ignored: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}
