/**
 * The gateway: the only file of the API that talks to Temporal. One HTTP request becomes one message to the cart's workflow (or a
 * part of one, when several meet in its lane); receipts come back, views are read elsewhere.
 */
import { createHash } from 'node:crypto';
import { type Client, WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import type { CartView } from '../contract/cart-view.ts';
import type { CartRequest, OperationStatus, Receipt } from '../contract/operations.ts';
import type { Config } from '../config.ts';
import { TASK_QUEUE } from '../temporal.config.ts';
import type { cartWorkflow } from '../workflows/cart-workflow.ts';
import * as messages from '../workflows/messages.ts';
import { CartMerging, type Merging } from './cart-merging.ts';
import { cartStart } from './cart-start.ts';
import { createInsist, type Insist } from './insist.ts';
import { Lanes } from './lane.ts';
import { messageFor } from './messages-for-requests.ts';
import type { ApiMetrics } from './metrics.ts';
import { Problem } from './problem.ts';
import { createTemporalClient } from './temporal-client.ts';
import { isCartGone, isNoCart, receiptsOfFailure } from './temporal-errors.ts';

/** Whose cart is meant. `ownerHash` is pseudonymous and safe to log. */
export interface CartOwner {
  kind: 'guest' | 'customer';
  workflowId: string;
  ownerHash: string;
}

/**
 * Every method rejects with a `Problem` (api/problem.ts) of code `dependency_unavailable`, `deadline_exceeded`, `cart_busy` or
 * `overloaded` when Temporal does not answer; nothing else is thrown for outages.
 */
export interface Carts extends Merging {
  /**
   * Applies the request exactly once for its key and returns what became of it. A refused request returns a receipt with
   * `refusal`. Undefined: there is no cart and `mayCreate` was false. Rejects with `CartGone` when a guest's cart has ended
   * for good (expired or merged): the caller mints a new guest and asks again.
   */
  submit(
    owner: CartOwner,
    request: CartRequest,
    options: { mayCreate: boolean },
  ): Promise<Receipt | undefined>;
  /** The same as a signal: returns once Temporal has it for good, or where there is no cart to change; see `queryStatus`. */
  submitAsync(owner: CartOwner, request: CartRequest): Promise<void>;
  /** The view straight from the workflow. Undefined: there is no living cart. */
  queryView(owner: CartOwner): Promise<CartView | undefined>;
  /** What became of the request with this key hash. Undefined: the cart has never heard of it. */
  queryStatus(owner: CartOwner, key: string): Promise<OperationStatus | undefined>;
  /** Whether Temporal answers at all (for readiness). */
  isReachable(): Promise<boolean>;
}

/** The guest's cart has ended; its workflow id is never used again. `isMerged`: it lives on in a customer's cart. */
export class CartGone extends Error {
  readonly isMerged: boolean;

  constructor(isMerged = false) {
    super('The cart has ended.');
    this.isMerged = isMerged;
  }
}

/** Requests that travel together in one Update: keeps a message under a few hundred kilobytes. */
const MAX_REQUESTS_PER_MESSAGE = 50;

/** Carts known to be alive, so that a write to them is a plain Update (cheaper than Update-with-Start). */
const KNOWN_CARTS_MAX = 20_000;

const READ_DEADLINE_MS = 2_000;

/** Before the read's deadline, so that an outage is told from a slow answer. */
const READ_OUTAGE_PATIENCE_MS = 1_500;

/** A message reports its own deadline; only those who waited for their turn before it are told by the clock. */
const LANE_GRACE_MS = 100;

interface Item {
  request: CartRequest;
  mayCreate: boolean;
}

/** Where the carts are. */
export interface CartsPlace {
  client: Client;
  taskQueue: string;
}

/** The gateway over a real Temporal server: that of the environment, unless another one is given. Connects on first use. */
export function createCarts(
  config: Config,
  metrics: ApiMetrics,
  place: CartsPlace = { client: createTemporalClient(), taskQueue: TASK_QUEUE },
): Carts & { close(): Promise<void> } {
  return new TemporalCarts(place, config, metrics);
}

class TemporalCarts extends CartMerging implements Carts {
  readonly #client: Client;
  readonly #taskQueue: string;
  readonly #config: Config;
  readonly #metrics: ApiMetrics;
  readonly #insist: Insist;
  readonly #lanes: Lanes<Item, Receipt | undefined>;
  readonly #known = new Set<string>();

  constructor({ client, taskQueue }: CartsPlace, config: Config, metrics: ApiMetrics) {
    const insist = createInsist(client, metrics);
    super({ client, taskQueue, config, insist });
    this.#insist = insist;
    this.#client = client;
    this.#taskQueue = taskQueue;
    this.#config = config;
    this.#metrics = metrics;
    this.#lanes = new Lanes({
      maxPerMessage: MAX_REQUESTS_PER_MESSAGE,
      maxWaiting: config.LANE_LIMIT,
      overflow: () => new Problem('cart_busy'),
      tooLate: () => new Problem('overloaded'),
    });
    metrics.observeLanes(() => this.#lanes.read());
  }

  submit(
    owner: CartOwner,
    request: CartRequest,
    { mayCreate }: { mayCreate: boolean },
  ): Promise<Receipt | undefined> {
    const deadline = Date.now() + this.#config.REQUEST_DEADLINE;
    const answer = this.#lanes.submit(owner.workflowId, { request, mayCreate }, deadline, (items) =>
      this.#send(owner, items),
    );
    return answeredBy(deadline + LANE_GRACE_MS, answer);
  }

  async submitAsync(owner: CartOwner, request: CartRequest): Promise<void> {
    const { signal, signalArgs } = messageFor([request]);
    const mayCreate = request.operations.some(({ type }) => type === 'addItem' || type === 'restore');
    const { workflow } = this.#client;
    const send = async () => {
      if (!mayCreate) return workflow.getHandle(owner.workflowId).signal(signal, ...signalArgs);
      await workflow.signalWithStart('cartWorkflow', {
        ...cartStart(owner, this.#config, this.#taskQueue),
        signal,
        signalArgs,
      });
    };
    await this.#insist(send, this.#config.REQUEST_DEADLINE).catch(async (error: unknown) => {
      if (isCartGone(error) || isNoCart(error)) await this.#throwIfMerged(owner);
      if (!isNoCart(error)) throw isCartGone(error) ? new CartGone() : error;
    });
  }

  queryView(owner: CartOwner): Promise<CartView | undefined> {
    return this.#query(owner, (handle) => handle.query(messages.viewQuery));
  }

  queryStatus(owner: CartOwner, key: string): Promise<OperationStatus | undefined> {
    return this.#query(owner, (handle) => handle.query(messages.operationQuery, key));
  }

  async isReachable(): Promise<boolean> {
    const { connection } = this.#client;
    const probe = () => connection.workflowService.getSystemInfo({});
    return connection.withDeadline(Date.now() + READ_DEADLINE_MS, probe).then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await this.#client.connection.close();
  }

  /** One message for all these requests, tried until it is answered or the deadline has passed, always under the same id. */
  async #send(owner: CartOwner, items: Item[]): Promise<(Receipt | undefined)[]> {
    const requests = items.map(({ request }) => request);
    const mayCreate = items.some((item) => item.mayCreate);
    try {
      const receipts = await this.#insist(
        () => this.#update(owner, requests, mayCreate),
        this.#config.REQUEST_DEADLINE,
      );
      if (receipts) this.#remember(owner.workflowId);
      else await this.#throwIfMerged(owner);
      return receipts ?? requests.map(() => undefined);
    } catch (error) {
      if (!isCartGone(error)) throw error;
      await this.#throwIfMerged(owner);
      throw new CartGone();
    }
  }

  async #update(
    owner: CartOwner,
    requests: CartRequest[],
    mayCreate: boolean,
  ): Promise<Receipt[] | undefined> {
    const { update, args } = messageFor(requests);
    this.#metrics.recordMessage(requests.length);
    const updateId = updateIdOf(requests);
    try {
      const isPlain = !mayCreate || this.#known.has(owner.workflowId);
      const result = await (isPlain
        ? this.#client.workflow.getHandle(owner.workflowId).executeUpdate(update, { args, updateId })
        : this.#client.workflow.executeUpdateWithStart(update, {
            args,
            updateId,
            startWorkflowOperation: this.#start(owner),
          }));
      return [result].flat() as Receipt[];
    } catch (error) {
      const receipts = receiptsOfFailure(error);
      if (receipts) return receipts;
      const wasKnown = this.#known.delete(owner.workflowId);
      if (!isNoCart(error)) throw error;
      return wasKnown && mayCreate ? this.#update(owner, requests, mayCreate) : undefined;
    }
  }

  /** Only where there is no living cart: the write path of others costs nothing more. */
  async #throwIfMerged(owner: CartOwner): Promise<void> {
    if (owner.kind === 'guest' && (await this.fateOf(owner)).is === 'merged') throw new CartGone(true);
  }

  #start(owner: CartOwner) {
    return new WithStartWorkflowOperation<typeof cartWorkflow>('cartWorkflow', {
      ...cartStart(owner, this.#config, this.#taskQueue),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    });
  }

  async #query<Result>(
    owner: CartOwner,
    ask: (handle: ReturnType<Client['workflow']['getHandle']>) => Promise<Result>,
  ): Promise<Result | undefined> {
    const handle = this.#client.workflow.getHandle(owner.workflowId);
    try {
      return await this.#insist(() => ask(handle), READ_DEADLINE_MS, READ_OUTAGE_PATIENCE_MS);
    } catch (error) {
      if (isNoCart(error)) return undefined;
      throw error;
    }
  }

  #remember(workflowId: string): void {
    if (this.#known.size >= KNOWN_CARTS_MAX) this.#known.clear();
    this.#known.add(workflowId);
  }
}

/** The answer, or `deadline_exceeded` once it is too late: then the outcome is not known, and the same key finds it out. */
function answeredBy<Answer>(deadline: number, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Problem('deadline_exceeded')), deadline - Date.now());
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/**
 * The same requests have the same id, whichever API process sends them and however often. Temporal answers a repeated id by
 * itself within one run; the cart's remembered keys do so for ever.
 */
function updateIdOf(requests: readonly CartRequest[]): string {
  const [first] = requests;
  if (requests.length === 1 && first) return `${first.key}:${first.fingerprint}`;
  const hash = createHash('sha256');
  for (const { attempt } of requests) hash.update(attempt).update(' ');
  return `lane:${hash.digest('base64url').slice(0, 22)}`;
}
