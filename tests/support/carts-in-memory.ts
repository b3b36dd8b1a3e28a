/**
 * The API's gateway without Temporal: the real rules, remembered keys and views, one cart per owner in memory. For tests of routes,
 * with switches for what is hard to bring about on a real server: outages, unknown outcomes, a slow read model, a guest's cart that has ended.
 */
import { randomUUID } from 'node:crypto';
import type { CartFate, MergeRequest } from '../../api/cart-merging.ts';
import { CartGone, type CartOwner, type Carts } from '../../api/carts.ts';
import { Problem } from '../../api/problem.ts';
import type { AnyRequest, Ledger } from '../../cart/apply-request.ts';
import { applyRequests } from '../../cart/apply-requests.ts';
import { expire } from '../../cart/deadlines.ts';
import { newCart, nextGeneration } from '../../cart/new-cart.ts';
import type { AuditEntry, Publication, RequestRecord } from '../../cart/publication.ts';
import { findKey } from '../../cart/remembered-keys.ts';
import type { CartPolicy, CartState } from '../../cart/state.ts';
import { closeAsMerged, snapshotOf, surrender } from '../../cart/surrender.ts';
import { toCartView } from '../../cart/view.ts';
import type { CartRequest, Receipt } from '../../contract/operations.ts';
import { TEST_POLICY } from './policy.ts';

/**
 * `unreachable`: Temporal is down, nothing is applied. `no_answer`: nothing is applied and nobody knows. `lost_answer`: the request is
 * applied, and the caller is told `deadline_exceeded` all the same.
 */
export type Outage = 'none' | 'unreachable' | 'no_answer' | 'lost_answer';

export interface InMemoryOptions {
  policy?: Partial<CartPolicy>;
  currency?: string;
  /** Epoch ms. */
  now?: () => number;
  /** Writes the read model before a write is answered, as a cart's worker does. */
  publish?: (publication: Publication) => Promise<void>;
}

export interface CartsInMemory extends Carts {
  outage: Outage;
  /** True: the read model does not take the version in time, until it is switched back. */
  isPublicationSlow: boolean;
  /** Every request that came through `submit` and `submitAsync`, oldest first. */
  readonly received: { owner: CartOwner; request: CartRequest; mayCreate: boolean; isSignal: boolean }[];
  stateOf(owner: CartOwner): CartState | undefined;
  /** Ends the cart: a guest's is gone for good (`CartGone`), a customer's begins anew with the next write. */
  expire(owner: CartOwner): Promise<void>;
  /** An order was made: the cart goes on as an empty one with a new public id. */
  complete(owner: CartOwner): Promise<void>;
  /** Closes the cart for changes, as a checkout does, and opens it again. */
  setStatus(owner: CartOwner, status: CartState['status']): void;
}

interface Cart {
  workflowId: string;
  ledger: Ledger;
  outbox: { audit: AuditEntry[]; requests: RequestRecord[]; finished: CartState[] };
  /** Signals without product facts: they wait, as they do while the catalogue is out of reach. */
  pending: Set<string>;
  /** Receipts by the guest's workflow id. */
  merged: Map<string, Receipt>;
}

/** What crosses to a workflow is JSON: nothing that JSON loses may be relied upon. */
const overTheWire = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const lacksFacts = (request: CartRequest): boolean =>
  request.operations.some(
    (operation) =>
      (operation.type === 'addItem' || (operation.type === 'updateItem' && operation.options)) &&
      !operation.facts,
  );

export function createCartsInMemory(options: InMemoryOptions = {}): CartsInMemory {
  return new RulesInMemory(options);
}

class RulesInMemory implements CartsInMemory {
  outage: Outage = 'none';
  isPublicationSlow = false;
  readonly received: CartsInMemory['received'] = [];
  readonly #options: InMemoryOptions;
  readonly #policy: CartPolicy;
  readonly #carts = new Map<string, Cart>();

  constructor(options: InMemoryOptions) {
    this.#options = options;
    this.#policy = { ...TEST_POLICY, ...options.policy };
  }

  async submit(
    owner: CartOwner,
    request: CartRequest,
    { mayCreate }: { mayCreate: boolean },
  ): Promise<Receipt | undefined> {
    this.received.push({ owner, request, mayCreate, isSignal: false });
    this.#failBefore();
    const cart = this.#living(owner, mayCreate);
    if (!cart) return undefined;
    const receipt = this.#take(cart, overTheWire(request));
    await this.#publish(cart);
    if (this.outage === 'lost_answer') throw new Problem('deadline_exceeded');
    return overTheWire(receipt);
  }

  async submitAsync(owner: CartOwner, request: CartRequest): Promise<void> {
    const mayCreate = request.operations.some(({ type }) => type === 'addItem' || type === 'restore');
    this.received.push({ owner, request, mayCreate, isSignal: true });
    this.#failBefore();
    const cart = this.#living(owner, mayCreate);
    if (!cart) return;
    if (lacksFacts(request)) cart.pending.add(request.key);
    else this.#take(cart, overTheWire(request), true);
    await this.#publish(cart);
    if (this.outage === 'lost_answer') throw new Problem('deadline_exceeded');
  }

  async merge(owner: CartOwner, guest: CartOwner, request: MergeRequest): Promise<Receipt> {
    this.#failBefore();
    const customer = this.#living(owner, true) as Cart;
    const receipt = this.#merge(customer, guest.workflowId, overTheWire(request));
    await this.#publish(customer);
    const source = this.#carts.get(guest.workflowId);
    if (source) await this.#publish(source);
    if (this.outage === 'lost_answer') throw new Problem('deadline_exceeded');
    return overTheWire(receipt);
  }

  async mergeAsync(owner: CartOwner, guest: CartOwner, request: MergeRequest): Promise<void> {
    await this.merge(owner, guest, request);
  }

  async fateOf(owner: CartOwner): Promise<CartFate> {
    this.#failBefore();
    const { status, successor } = this.stateOf(owner) ?? {};
    if (status === undefined) return { is: 'absent' };
    if (status === 'merged') return { is: 'merged', successor };
    return { is: status === 'expired' ? 'ended' : 'alive' };
  }

  async untilEnded(): Promise<void> {
    // Nothing is ever under way here.
  }

  async queryView(owner: CartOwner) {
    this.#failBefore();
    const cart = this.#carts.get(owner.workflowId);
    if (!cart || cart.ledger.state.status === 'expired') return undefined;
    return overTheWire(toCartView(cart.ledger.state, this.#policy));
  }

  async queryStatus(owner: CartOwner, key: string): ReturnType<Carts['queryStatus']> {
    this.#failBefore();
    const cart = this.#carts.get(owner.workflowId);
    if (!cart || cart.ledger.state.status === 'expired') return undefined;
    const known = findKey(cart.ledger.remembered, key);
    if (known) return { status: 'applied', version: known.version };
    if (cart.pending.has(key)) return { status: 'pending' };
    const record = cart.outbox.requests.findLast((entry) => entry.key === key);
    return record?.refusal && { status: 'refused', refusal: record.refusal };
  }

  async isReachable(): Promise<boolean> {
    return this.outage === 'none' || this.outage === 'lost_answer';
  }

  stateOf(owner: CartOwner): CartState | undefined {
    return this.#carts.get(owner.workflowId)?.ledger.state;
  }

  async expire(owner: CartOwner): Promise<void> {
    const cart = this.#known(owner);
    this.setStatus(owner, 'active');
    cart.ledger = { ...cart.ledger, state: expire(cart.ledger.state, this.#now()) };
    await this.#publish(cart);
  }

  async complete(owner: CartOwner): Promise<void> {
    const cart = this.#known(owner);
    const { finished, next } = nextGeneration(cart.ledger.state, randomUUID(), this.#now());
    cart.ledger = { ...cart.ledger, state: next };
    cart.outbox.finished.push(finished);
    await this.#publish(cart);
  }

  setStatus(owner: CartOwner, status: CartState['status']): void {
    const cart = this.#known(owner);
    cart.ledger = { ...cart.ledger, state: { ...cart.ledger.state, status } };
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  #failBefore(): void {
    if (this.outage === 'unreachable') throw new Problem('dependency_unavailable');
    if (this.outage === 'no_answer') throw new Problem('deadline_exceeded');
  }

  #known(owner: CartOwner): Cart {
    const cart = this.#carts.get(owner.workflowId);
    if (!cart) throw new Error(`This test knows no cart ${owner.workflowId}`);
    return cart;
  }

  /** The owner's cart, a new one where that is allowed. As on the server, a refused first write leaves an empty cart. */
  #living(owner: CartOwner, mayCreate: boolean): Cart | undefined {
    const cart = this.#carts.get(owner.workflowId);
    const { status } = cart?.ledger.state ?? {};
    if (cart && status !== 'expired' && status !== 'merged') return cart;
    if (owner.kind === 'guest' && status === 'merged') throw new CartGone(true);
    if (!mayCreate) return undefined;
    if (cart && owner.kind === 'guest') throw new CartGone();
    const { kind, ownerHash, workflowId } = owner;
    const birth = { owner: kind, ownerHash, currency: this.#options.currency ?? 'EUR' };
    const state = newCart({ ...birth, cartId: randomUUID() }, this.#now());
    const outbox = { audit: [], requests: [], finished: [] };
    const fresh = { workflowId, ledger: { state, remembered: [] }, outbox };
    this.#carts.set(workflowId, { ...fresh, pending: new Set(), merged: new Map() });
    return this.#carts.get(workflowId);
  }

  /** What the two workflows agree upon in several steps, at once. */
  #merge(customer: Cart, from: string, { strategy, ...envelope }: MergeRequest): Receipt {
    if (findKey(customer.ledger.remembered, envelope.key)) {
      return this.#take(customer, { ...envelope, atomic: true, operations: [] });
    }
    const done = customer.merged.get(from);
    if (done) return { ...done, key: envelope.key };
    const source = this.#carts.get(from);
    const to = customer.workflowId;
    const claim = { ticket: 'ticket', to, sentAt: this.#now() };
    const { frozen, refusal } = source ? surrender(source.ledger.state, claim) : {};
    const nothing = { key: envelope.key, attempt: envelope.attempt, outcomes: [] };
    if (!source || !frozen) {
      return { ...nothing, version: customer.ledger.state.version, ...(refusal ? { refusal } : {}) };
    }
    const operations = [{ type: 'merge' as const, from, strategy, guest: snapshotOf(frozen) }];
    const receipt = this.#take(customer, { ...envelope, atomic: true, operations });
    if (receipt.refusal) return receipt;
    customer.merged.set(from, receipt);
    const state = closeAsMerged(frozen, to, this.#now()) as CartState;
    source.ledger = { ...source.ledger, state };
    const { cartId, version, updatedAt: at } = state;
    const operation = { type: 'merge', into: to };
    source.outbox.audit.push({
      cartId,
      version,
      kind: 'merge',
      operation,
      actor: 'system',
      requestId: from,
      at,
    });
    return receipt;
  }

  /** As in the workflow: a refused signal is recorded, since nobody heard it. */
  #take(cart: Cart, request: AnyRequest, isSignal = false): Receipt {
    const { ledger, applied } = applyRequests(cart.ledger, [request], this.#now(), this.#policy);
    cart.ledger = ledger;
    const [result] = applied;
    if (!result) throw new Error('one request has one result');
    cart.outbox.audit.push(...result.audit);
    if (result.record && (result.hasChanged || isSignal)) cart.outbox.requests.push(result.record);
    return result.receipt;
  }

  async #publish(cart: Cart): Promise<void> {
    const { publish } = this.#options;
    if (!publish || this.isPublicationSlow) return;
    const { workflowId, outbox } = cart;
    const { state } = cart.ledger;
    await publish(overTheWire({ workflowId, state, policy: this.#policy, ...outbox }));
    cart.outbox = { audit: [], requests: [], finished: [] };
  }
}
