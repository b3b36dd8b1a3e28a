/**
 * The gateway's part for checkouts: begins one at the cart, waits until its workflow has published how it is doing, and hands on what
 * payment providers have said.
 */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/client';
import { isSettled } from '../cart/payment-state.ts';
import { type CheckoutView, checkoutWorkflowId, isOpen, lateMoneyWorkflowId } from '../contract/checkouts.ts';
import type { CartRequest, Receipt } from '../contract/operations.ts';
import { statusOfEvent } from '../contract/payments.ts';
import type { Config } from '../config.ts';
import type { Sql } from '../database/client.ts';
import { TASK_QUEUE } from '../temporal.config.ts';
import * as checkoutMessages from '../workflows/checkout-messages.ts';
import * as messages from '../workflows/messages.ts';
import type { CartOwner } from './carts.ts';
import { type CheckoutViews, createCheckoutViews } from './checkout-views.ts';
import { createInsist, type Insist } from './insist.ts';
import type { ApiMetrics } from './metrics.ts';
import type { OnPaymentEvent } from './payment-inbox.ts';
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
  /** Once the shopper can pay, or could; as it is now where that takes too long. Undefined: there is none. */
  whenReady(checkoutId: string): Promise<CheckoutView | undefined>;
  /** Whether its workflow has published anything: then it has begun for good. */
  isShown(checkoutId: string): Promise<boolean>;
  /** As it is now. Undefined: there is none, or its record has been deleted. */
  read(checkoutId: string): Promise<CheckoutView | undefined>;
  /** As it is once it has ended, one way or the other; as it is now where that takes too long. */
  cancel(checkoutId: string): Promise<CheckoutView | undefined>;
  /** Tells the checkout what ends its waiting; the rest is seen in PostgreSQL. Money for one that has ended is given back, unless it came to an order. */
  tell: OnPaymentEvent;
}

export interface CheckoutsPlace {
  client: Client;
  taskQueue: string;
}

const READ_DEADLINE_MS = 2_000;

/** The gateway over a real Temporal server: that of the environment, unless another one is given. */
export const createCheckouts = (
  config: Config,
  metrics: ApiMetrics,
  sql: Sql,
  place: CheckoutsPlace = { client: createTemporalClient(), taskQueue: TASK_QUEUE },
): Checkouts =>
  new TemporalCheckouts({
    place,
    views: createCheckoutViews(sql),
    patienceMs: config.REQUEST_DEADLINE,
    insist: createInsist(place.client, metrics),
  });

interface GatewayParts {
  place: CheckoutsPlace;
  views: CheckoutViews;
  patienceMs: number;
  insist: Insist;
}

class TemporalCheckouts implements Checkouts {
  readonly #place: CheckoutsPlace;
  readonly #views: CheckoutViews;
  readonly #patienceMs: number;
  readonly #insist: Insist;

  constructor({ place, views, patienceMs, insist }: GatewayParts) {
    this.#place = place;
    this.#views = views;
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
    return await this.#wait(checkoutId, ({ status }) => status !== 'preparing');
  }

  async isShown(checkoutId: string): Promise<boolean> {
    return (await this.#views.read(checkoutId)) !== undefined;
  }

  async read(checkoutId: string): Promise<CheckoutView | undefined> {
    return (await this.#views.read(checkoutId)) ?? (await this.#ask(checkoutId));
  }

  async cancel(checkoutId: string): Promise<CheckoutView | undefined> {
    try {
      const handle = this.#handle(checkoutId);
      await this.#insist(() => handle.signal(checkoutMessages.cancelSignal), this.#patienceMs);
    } catch (error) {
      // It has ended.
      if (!isNoCart(error)) throw error;
      return await this.read(checkoutId);
    }
    return await this.#wait(checkoutId, ({ status }) => !isOpen(status));
  }

  async tell({ checkoutId, id, type }: Parameters<OnPaymentEvent>[0]): Promise<void> {
    if (!isSettled(statusOfEvent(type))) return;
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

  async #wait(
    checkoutId: string,
    isEnough: (view: CheckoutView) => boolean,
  ): Promise<CheckoutView | undefined> {
    const end = Date.now() + this.#patienceMs;
    return (await this.#views.waitFor(checkoutId, isEnough, end)) ?? (await this.#ask(checkoutId));
  }

  /** Its workflow, where nothing of it is published, or PostgreSQL is away. */
  async #ask(checkoutId: string): Promise<CheckoutView | undefined> {
    const handle = this.#handle(checkoutId);
    try {
      return await this.#insist(() => handle.query(checkoutMessages.checkoutQuery), READ_DEADLINE_MS);
    } catch (error) {
      if (isNoCart(error)) return undefined;
      throw error;
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
