/**
 * What a cart does for itself with the database's help: publish what its worker could not, or must not lose; look up products for
 * messages sent by hand; re-price old lines. When the database is away the cart goes on without it, tries again at growing distances, and catches up.
 */
import { log, workflowInfo } from '@temporalio/workflow';
import { reprice, skusPricedBefore } from '../cart/reprice.ts';
import type { RequestedOperation } from '../contract/operations.ts';
import type { ProductFacts } from '../contract/product-facts.ts';
import { localActivities } from './activity-proxies.ts';
import type { CartKeeper } from './cart-keeper.ts';
import { emptyOutbox, isEmpty, joinOutboxes } from './outbox.ts';
import { retryDelayMs } from './retry-delay.ts';

/** Up to eight seconds between tries. */
const DOUBLINGS = 3;

export class CartChores {
  /** Epoch ms before which nothing is tried again. */
  retryAt = 0;
  readonly #keeper: CartKeeper;

  constructor(keeper: CartKeeper) {
    this.#keeper = keeper;
  }

  get arePending(): boolean {
    const { outbox, unpriced, wantsReprice, wantsPublish } = this.#keeper;
    return wantsPublish || !isEmpty(outbox) || unpriced.areThere || wantsReprice;
  }

  areDue(now = Date.now()): boolean {
    return this.arePending && now >= this.retryAt;
  }

  /** Does everything that is due. Never throws: a failure means later. */
  async run(): Promise<void> {
    const keeper = this.#keeper;
    try {
      while (keeper.wantsPublish || !isEmpty(keeper.outbox)) await this.#publish();
      if (keeper.wantsReprice) await this.#repriceOldLines();
      if (keeper.unpriced.areThere) await this.#priceWaiting();
      keeper.publishFailures = 0;
    } catch {
      keeper.publishFailures += 1;
      this.retryAt = Date.now() + retryDelayMs(keeper.publishFailures, DOUBLINGS);
      log.warn('the database is out of reach', { failures: keeper.publishFailures });
    }
  }

  #activities(summary: string) {
    return localActivities(this.#keeper.policy.publishWaitMs, summary);
  }

  async #publish(): Promise<void> {
    const keeper = this.#keeper;
    const { outbox, state, policy, rewrite } = keeper;
    const observed = rewrite?.observed;
    keeper.outbox = emptyOutbox();
    keeper.sending = outbox;
    keeper.wantsPublish = false;
    try {
      const { publishCart } = this.#activities(`version ${state.version} to the read model`);
      const { workflowId } = workflowInfo();
      await publishCart({ workflowId, state, policy, ...outbox, ...(observed ? { observed } : {}) });
      if (keeper.rewrite === rewrite) keeper.rewrite = undefined;
    } catch (error) {
      keeper.outbox = joinOutboxes(outbox, keeper.outbox);
      keeper.wantsPublish = true;
      throw error;
    } finally {
      keeper.sending = emptyOutbox();
    }
  }

  async #repriceOldLines(): Promise<void> {
    const keeper = this.#keeper;
    const skus = skusPricedBefore(keeper.state, Date.now() - keeper.policy.priceAgeMs);
    const { readProductFacts } = this.#activities('prices older than the price age');
    const facts = await readProductFacts(skus);
    const { state, hasChanged } = reprice(keeper.state, skus, facts, Date.now());
    keeper.wantsReprice = false;
    // A checkout has begun meanwhile: it looks at prices itself, and the shopper pays what they saw.
    if (keeper.state.status !== 'active') return;
    const prices = state.lines.map((line) => ({ lineId: line.id, unitPrice: line.unitPrice }));
    if (hasChanged) keeper.become(state, 'reprice', { prices });
    else keeper.ledger = { ...keeper.ledger, state };
  }

  /** Messages sent by hand carry no facts: look them up, then take them like any other. */
  async #priceWaiting(): Promise<void> {
    const keeper = this.#keeper;
    const waiting = keeper.unpriced.requests;
    const skus = waiting.flatMap((request) => request.operations.map((operation) => this.#skuOf(operation)));
    const { readProductFacts } = this.#activities('products of messages sent by hand');
    const facts = await readProductFacts([...new Set(skus.filter((sku) => sku !== undefined))]);
    // What was withdrawn meanwhile is gone.
    for (const request of keeper.unpriced.take(waiting)) {
      const operations = request.operations.map((operation) => this.#withFacts(operation, facts));
      const [applied] = keeper.take([{ ...request, operations }], true);
      keeper.unpriced.settle(request.key, applied?.receipt);
    }
  }

  #skuOf(operation: RequestedOperation): string | undefined {
    if (operation.type === 'addItem') return operation.sku;
    if (operation.type !== 'updateItem') return undefined;
    return this.#keeper.state.lines.find((line) => line.id === operation.lineId)?.sku;
  }

  #withFacts(operation: RequestedOperation, facts: readonly ProductFacts[]): RequestedOperation {
    const found = facts.find((fact) => fact.sku === this.#skuOf(operation));
    return found ? ({ ...operation, facts: found } as RequestedOperation) : operation;
  }
}
