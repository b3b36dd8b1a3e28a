/**
 * The gateway's part for checkouts: begins one at the cart, asks the checkout's own workflow how it is doing, and hands on what payment
 * providers have said.
 */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/client';
import { type CheckoutView, checkoutWorkflowId, lateMoneyWorkflowId } from '../contract/checkouts.ts';
import type { CartRequest, Receipt } from '../contract/operations.ts';
import type { Config } from '../config.ts';
import { TASK_QUEUE } from '../temporal.config.ts';
import * as checkoutMessages from '../workflows/checkout-messages.ts';
import * as messages from '../workflows/messages.ts';
import type { CartOwner } from './carts.ts';
import { createInsist, type Insist } from './insist.ts';
import type { ApiMetrics } from './metrics.ts';
import type { OnPaymentEvent } from './payment-inbox.ts';
import { Problem } from './problem.ts';
import { createTemporalClient } from './temporal-client.ts';
import { isNoCart, receiptsOfFailure } from './temporal-errors.ts';

/** Key, fingerprint and so on: as for any write. */
export interface CheckoutRequest {
  envelope: Omit<CartRequest, 'atomic' | 'operations' | 'ifMatch'>;
  begin: messages.Begin;
}

/** All reject with a Problem when Temporal does not answer. */
export interface Checkouts {
  /** Exactly once for its key. Undefined: there is no cart. The receipt's outcome names the checkout. */
  begin(owner: CartOwner, request: CheckoutRequest): Promise<Receipt | undefined>;
  /** As it is once the shopper can pay, or once it has come to nothing; as it is now where that takes too long. Undefined: there is none. */
  whenReady(checkoutId: string): Promise<CheckoutView | undefined>;
  /** The same for one that may have been ready for long: Temporal would tell what was so then. */
  readReady(checkoutId: string): Promise<CheckoutView | undefined>;
  /** Undefined: there is none, or its record has been deleted. */
  read(checkoutId: string): Promise<CheckoutView | undefined>;
  /** False for one that an operator has terminated: it will not go on from where it is. */
  isRunning(checkoutId: string): Promise<boolean>;
  /** As it is once it has ended, one way or the other; as it is now where that takes too long. */
  cancel(checkoutId: string): Promise<CheckoutView | undefined>;
  /** Tells the checkout. Money for one that has ended is given back, unless it came to an order. */
  tell: OnPaymentEvent;
}

export interface CheckoutsPlace {
  client: Client;
  taskQueue: string;
}

const READ_DEADLINE_MS = 2_000;

const WAKE_MS = 1_000;

/** Events of a workflow that no worker has had in its hands. */
const STARTED_ONLY = 1;

/** Between a cart's answer and the start of its checkout. */
const START_PAUSE_MS = 25;

/** The gateway over a real Temporal server: that of the environment, unless another one is given. */
export const createCheckouts = (
  config: Config,
  metrics: ApiMetrics,
  place: CheckoutsPlace = { client: createTemporalClient(), taskQueue: TASK_QUEUE },
): Checkouts => new TemporalCheckouts(place, config.REQUEST_DEADLINE, createInsist(place.client, metrics));

class TemporalCheckouts implements Checkouts {
  readonly #place: CheckoutsPlace;
  readonly #patienceMs: number;
  readonly #insist: Insist;

  constructor(place: CheckoutsPlace, patienceMs: number, insist: Insist) {
    this.#place = place;
    this.#patienceMs = patienceMs;
    this.#insist = insist;
  }

  async begin(owner: CartOwner, { envelope, begin }: CheckoutRequest): Promise<Receipt | undefined> {
    const handle = this.#place.client.workflow.getHandle(owner.workflowId);
    const options = {
      args: [begin, envelope] as [messages.Begin, messages.Envelope],
      // Of this attempt: the cart itself knows the key.
      updateId: `checkout:${envelope.attempt}`,
    };
    try {
      return await this.#insist(
        () => handle.executeUpdate(messages.beginCheckoutUpdate, options),
        this.#patienceMs,
      );
    } catch (error) {
      if (isNoCart(error)) return undefined;
      const [receipt] = receiptsOfFailure(error) ?? [];
      if (receipt) return receipt;
      throw error;
    }
  }

  async whenReady(checkoutId: string): Promise<CheckoutView | undefined> {
    const end = Date.now() + this.#patienceMs;
    for (;;) {
      const view = await this.#outcome(checkoutId, 'ready', checkoutMessages.whenReadyUpdate, end);
      // It may have come into being between the two questions, and is at it.
      const isReady = view !== undefined && view.status !== 'preparing';
      if (isReady || Date.now() + START_PAUSE_MS >= end) return view;
      await new Promise((resolve) => setTimeout(resolve, START_PAUSE_MS));
    }
  }

  async readReady(checkoutId: string): Promise<CheckoutView | undefined> {
    const now = await this.read(checkoutId);
    if (now && now.status !== 'preparing') return now;
    return (await this.whenReady(checkoutId)) && (await this.read(checkoutId));
  }

  async read(checkoutId: string): Promise<CheckoutView | undefined> {
    const handle = this.#handle(checkoutId);
    try {
      return await this.#insist(() => handle.query(checkoutMessages.checkoutQuery), READ_DEADLINE_MS);
    } catch (error) {
      if (isNoCart(error)) return undefined;
      await this.#wake(checkoutId);
      throw error;
    }
  }

  async isRunning(checkoutId: string): Promise<boolean> {
    const { status } = await this.#insist(() => this.#handle(checkoutId).describe(), READ_DEADLINE_MS);
    return status.name === 'RUNNING';
  }

  cancel(checkoutId: string): Promise<CheckoutView | undefined> {
    const end = Date.now() + this.#patienceMs;
    return this.#outcome(checkoutId, 'cancel', checkoutMessages.cancelUpdate, end);
  }

  async tell({ checkoutId, id, type }: Parameters<OnPaymentEvent>[0]): Promise<void> {
    const handle = this.#handle(checkoutId);
    try {
      await this.#insist(
        () => handle.signal(checkoutMessages.paymentEventSignal, { id, type }),
        this.#patienceMs,
      );
    } catch (error) {
      if (!isNoCart(error)) throw error;
      if (type === 'payment.captured') await this.#seeToLateMoney(checkoutId);
    }
  }

  /** Everybody who waits for the same thing shares one Update: a workflow has ten at a time. */
  async #outcome(
    checkoutId: string,
    updateId: string,
    update: typeof checkoutMessages.whenReadyUpdate,
    end: number,
  ): Promise<CheckoutView | undefined> {
    const handle = this.#handle(checkoutId);
    try {
      const leftMs = Math.max(1, end - Date.now());
      return await this.#insist(() => handle.executeUpdate(update, { updateId }), leftMs);
    } catch (error) {
      // It has ended, or is not there yet; or it is at it still.
      const isLate = error instanceof Problem && error.code === 'deadline_exceeded';
      if (isNoCart(error) || isLate) return await this.read(checkoutId);
      throw error;
    }
  }

  /** One that has never begun would never answer. Never rejects: whoever asks, asks again. */
  async #wake(checkoutId: string): Promise<void> {
    const handle = this.#handle(checkoutId);
    try {
      await this.#place.client.withDeadline(Date.now() + WAKE_MS, async () => {
        const { historyLength } = await handle.describe();
        if (historyLength === STARTED_ONLY) await handle.signal(checkoutMessages.wakeSignal);
      });
    } catch {
      // Temporal is away; the question that could not be answered says so.
    }
  }

  async #seeToLateMoney(checkoutId: string): Promise<void> {
    const { client, taskQueue } = this.#place;
    try {
      await this.#insist(
        () =>
          client.workflow.start('lateMoneyWorkflow', {
            workflowId: lateMoneyWorkflowId(checkoutId),
            taskQueue,
            args: [{ schema: 1, checkoutId }],
            workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
            staticSummary: 'money that came after the end of its checkout',
          }),
        this.#patienceMs,
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  #handle(checkoutId: string) {
    return this.#place.client.workflow.getHandle(checkoutWorkflowId(checkoutId));
  }
}
