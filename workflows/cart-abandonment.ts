/**
 * The cart's side of abandonment: marks itself once its shopper has been away for the first delay, promises each message when it is due, and
 * tells the row when they are back. Whether anybody may be written to is for the database to say; the cart knows no address.
 */
import { log, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  abandonmentView,
  abandonedSince,
  absenceOf,
  type DueMessage,
  mark,
  nextMessage,
  noteCleared,
  noteMessage,
  recoverByLink,
  stopMessages,
  stopRecovery,
  visit,
} from '../cart/abandonment.ts';
import type { CartState } from '../cart/state.ts';
import type { RecoveryMessage, UsedLink } from '../contract/abandonment.ts';
import { localActivities } from './activity-proxies.ts';
import { quietly } from './answers.ts';
import type { CartIndex } from './cart-index.ts';
import type { CartKeeper } from './cart-keeper.ts';
import * as messages from './messages.ts';
import { readStopRecovery, readUsedLink } from './read-abandonment.ts';
import { retryDelayMs } from './retry-delay.ts';

/** Up to 32 seconds between tries while the database is away. */
const DOUBLINGS = 5;

export class CartAbandonment {
  readonly #keeper: CartKeeper;
  readonly #index: CartIndex;
  #failures = 0;
  #retryAt = 0;

  constructor(keeper: CartKeeper, index: CartIndex) {
    this.#keeper = keeper;
    this.#index = index;
  }

  /** Epoch ms at which there is something to do, and what; undefined while there is nothing. */
  get due(): { at: number; summary: string } | undefined {
    const { state } = this.#keeper;
    const next = this.#next;
    if (state.absence?.shown !== undefined) return { at: this.#retryAt, summary: 'the shopper is back' };
    if (!next) return undefined;
    const summary = `recovery e-mail ${next.step} of ${next.of} if nothing changes`;
    return { at: Math.max(next.at, this.#retryAt), summary };
  }

  isDue(now = Date.now()): boolean {
    const { due } = this;
    return due !== undefined && due.at <= now;
  }

  /** Never throws: a failure means later. */
  async run(): Promise<void> {
    const { state } = this.#keeper;
    const next = this.#next;
    try {
      if (state.absence?.shown !== undefined) await this.#clear(state.absence.shown);
      else if (next) await this.#promise(next);
      this.#failures = 0;
    } catch {
      this.#failures += 1;
      this.#retryAt = Date.now() + retryDelayMs(this.#failures, DOUBLINGS);
      log.warn('a recovery message could not be promised', { failures: this.#failures });
    }
  }

  /** The shopper was there, and changed nothing. */
  visit(): void {
    this.#become(visit(this.#keeper.state, Date.now()));
  }

  recover(link: UsedLink): void {
    const keeper = this.#keeper;
    const state = recoverByLink(keeper.state, link, Date.now());
    if (state.version === keeper.state.version) return this.#become(state);
    keeper.become(state, 'recover', { type: 'recover', episode: link.episode, step: link.step }, link);
  }

  stop(message: messages.StopRecovery): void {
    this.#become(stopRecovery(this.#keeper.state, message));
  }

  get #next(): DueMessage | undefined {
    const { state, policy } = this.#keeper;
    return nextMessage(state, policy);
  }

  #become(state: CartState): void {
    if (state !== this.#keeper.state) this.#keeper.turn(state);
  }

  /** Marked before the database is asked: whatever the cart publishes meanwhile says so too. */
  async #promise({ step }: DueMessage): Promise<void> {
    const keeper = this.#keeper;
    if (abandonedSince(keeper.state) === undefined) {
      keeper.turn(mark(keeper.state));
      this.#index.write();
    }
    const { cartId, ownerHash, version } = keeper.state;
    const { episode, since: idleSince } = absenceOf(keeper.state);
    const { workflowId } = workflowInfo();
    const message: RecoveryMessage = { workflowId, cartId, ownerHash, episode, step, idleSince };
    const { promiseRecoveryMail } = this.#activities(`recovery e-mail ${step}`);
    const promise = await promiseRecoveryMail({ ...message, version });
    // The shopper has come back meanwhile: whoever sends it will be told.
    if (absenceOf(keeper.state).episode !== episode || keeper.state.cartId !== cartId) return;
    this.#become(
      promise === 'promised' ? noteMessage(keeper.state, Date.now()) : stopMessages(keeper.state, 'noBasis'),
    );
  }

  async #clear(shown: number): Promise<void> {
    const keeper = this.#keeper;
    const { cartId } = keeper.state;
    const { workflowId } = workflowInfo();
    await this.#activities('the shopper is back').endAbandonment({ workflowId, cartId, idleSince: shown });
    if (keeper.state.absence?.shown === shown) this.#become(noteCleared(keeper.state));
  }

  #activities(summary: string) {
    return localActivities(this.#keeper.policy.publishWaitMs, summary);
  }
}

/** As all handlers: registered synchronously, before the workflow's first await. */
export function registerAbandonmentHandlers(keeper: CartKeeper, abandonment: CartAbandonment): void {
  setHandler(messages.contactGivenSignal, () => quietly(keeper, () => abandonment.visit()), {
    description: 'From the API: the shopper has given an address. Not for use by hand.',
  });
  setHandler(
    messages.recoveredSignal,
    (link) => quietly(keeper, () => abandonment.recover(readUsedLink(link))),
    { description: 'From the API: the link of a recovery e-mail was used. Not for use by hand.' },
  );
  setHandler(
    messages.stopRecoverySignal,
    (message) => quietly(keeper, () => abandonment.stop(readStopRecovery(message))),
    { description: 'No more recovery e-mails about this cart as it is: {"reason": "unsubscribed"}' },
  );
  setHandler(messages.abandonmentQuery, () => abandonmentView(keeper.state), {
    description: 'Whether a recovery e-mail still holds',
  });
}
