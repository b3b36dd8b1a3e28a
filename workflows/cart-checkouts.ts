/**
 * The cart's side of a checkout: stands still, starts the workflow that does the work, and waits for its word. The child outlives this run:
 * the cart may hand over to a fresh one meanwhile.
 */
import {
  ApplicationFailure,
  log,
  ParentClosePolicy,
  patched,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/common';
import { linesText } from '../cart/goods-text.ts';
import { giveBack, noteOrder } from '../cart/end-checkout.ts';
import { checkoutWorkflowId } from '../contract/checkouts.ts';
import type { Receipt } from '../contract/operations.ts';
import { localActivities } from './activity-proxies.ts';
import { check, quietly } from './answers.ts';
import type { CartKeeper } from './cart-keeper.ts';
import type { CheckoutInput } from './checkout-input.ts';
import * as messages from './messages.ts';
import { type AskedCheckout, readBegin, readCompleted, readEnded } from './read-checkout.ts';
import { total } from './read-request.ts';
import { CART_OWNER, CHECKOUT_STATUS } from './search-attributes.ts';

/** Temporal and the database have this long to say what became of a checkout. */
const ASK_MS = 8_000;

/** After Temporal or the database did not answer. */
const ASK_AGAIN_MS = 30_000;

export class CartCheckouts {
  readonly #keeper: CartKeeper;
  /** Begun, and not started yet. Never more than one, and never carried over: the main loop starts it before it hands over. */
  #waiting: CheckoutInput | undefined;
  /** Epoch ms at which the open checkout was asked after. */
  #askedAt = 0;

  constructor(keeper: CartKeeper) {
    this.#keeper = keeper;
  }

  get areDue(): boolean {
    return this.#waiting !== undefined;
  }

  /** Epoch ms at which a checkout has been silent for too long; undefined while none is open. */
  get askAt(): number | undefined {
    const { state, policy } = this.#keeper;
    const { checkout, status } = state;
    if (policy.checkoutPatienceMs === undefined || status !== 'checkout' || !checkout) return undefined;
    return Math.max(checkout.startedAt, this.#askedAt) + policy.checkoutPatienceMs;
  }

  isSilent(now = Date.now()): boolean {
    return this.askAt !== undefined && this.askAt <= now;
  }

  /** An operator may have terminated it: then nobody else gives the cart back. Never throws: a failure means later. */
  async askAfter(): Promise<void> {
    const { checkout, cartId, ownerHash } = this.#keeper.state;
    if (!checkout) return;
    const checkoutId = checkout.id;
    this.#askedAt = Date.now();
    try {
      const { lookAfterCheckout } = localActivities(ASK_MS, 'does the checkout still run?');
      const fate = await lookAfterCheckout({ checkoutId, cartId, ownerHash });
      if (fate.is === 'ordered') this.complete({ checkoutId, orderId: fate.orderId });
      if (fate.is === 'ending') this.#askAgainIn(fate.askAgainInMs);
      if (fate.is === 'ended') this.end({ checkoutId, status: 'failed' });
    } catch {
      log.warn('a silent checkout could not be asked after');
      // Carts of before waited as long as for the first time.
      if (patched('ask-again-soon')) this.#askAgainIn(ASK_AGAIN_MS);
    }
  }

  /** Never later than it would without. */
  #askAgainIn(ms: number): void {
    const { checkoutPatienceMs = 0 } = this.#keeper.policy;
    this.#askedAt = Date.now() - Math.max(0, checkoutPatienceMs - ms);
  }

  /** The same key again is told what it was told before; another one finds the cart in checkout. */
  begin({ request, wish, policy }: AskedCheckout): Receipt {
    const keeper = this.#keeper;
    const [applied] = keeper.take([request]);
    if (!applied) throw ApplicationFailure.nonRetryable('no request', 'InvalidMessage');
    if (applied.hasChanged) {
      const { state } = keeper;
      this.#waiting = {
        schema: 1,
        checkoutId: state.checkout?.id ?? '',
        cartId: state.cartId,
        cartWorkflowId: workflowInfo().workflowId,
        owner: state.owner,
        ownerHash: state.ownerHash,
        currency: state.currency,
        lines: state.lines,
        wish,
        policy,
      };
    }
    return applied.receipt;
  }

  async start(): Promise<void> {
    const input = this.#waiting;
    if (!input) return;
    try {
      await startChild('checkoutWorkflow', {
        workflowId: checkoutWorkflowId(input.checkoutId),
        args: [input],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        workflowTaskTimeout: '3s',
        staticSummary: `checkout of ${linesText(input.lines.length)}`,
        typedSearchAttributes: [
          { key: CHECKOUT_STATUS, value: 'preparing' },
          { key: CART_OWNER, value: input.ownerHash },
        ],
      });
    } catch (error) {
      // It runs, or has run: its word is on its way.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    this.#waiting = undefined;
  }

  /** It came to nothing: the cart is the shopper's again. */
  end(ended: messages.Ended): void {
    const keeper = this.#keeper;
    const state = giveBack(keeper.state, ended, Date.now());
    const { checkoutId, status } = ended;
    if (state) keeper.become(state, 'endCheckout', { type: 'endCheckout', checkoutId, status });
  }

  /** There is an order: the cart goes on as the next, empty one. */
  complete(completed: messages.Completed): void {
    const keeper = this.#keeper;
    const state = noteOrder(keeper.state, completed, Date.now());
    if (!state) return;
    keeper.turn(state);
    keeper.complete(completed.orderId);
  }
}

/** As all handlers: registered synchronously, before the workflow's first await. */
export function registerCheckoutHandlers(keeper: CartKeeper, checkouts: CartCheckouts): void {
  setHandler(
    messages.beginCheckoutUpdate,
    async (begin, envelope) => total(() => checkouts.begin(readBegin(begin, envelope))),
    {
      validator: (begin, envelope) => check(keeper, [total(() => readBegin(begin, envelope)).request]),
      description: 'From the API: a checkout of this version is to begin. Not for use by hand.',
    },
  );
  setHandler(
    messages.checkoutEndedSignal,
    (message) => quietly(keeper, () => checkouts.end(readEnded(message))),
    { description: 'From a checkout: it came to no order. Not for use by hand.' },
  );
  setHandler(
    messages.checkoutCompletedSignal,
    (message) => quietly(keeper, () => checkouts.complete(readCompleted(message))),
    { description: 'From a checkout: there is an order. Not for use by hand.' },
  );
}
