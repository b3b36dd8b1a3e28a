/** One cart workflow as tests handle it: send what the API or an operator would send, and look at every side of what came of it. */
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import { messageFor } from '../../api/messages-for-requests.ts';
import { receiptsOfFailure } from '../../api/temporal-errors.ts';
import type { CartPolicy } from '../../cart/state.ts';
import type { CartView } from '../../contract/cart-view.ts';
import type {
  AddItem,
  CartOperation,
  CartRequest,
  MergeStrategy,
  OperationStatus,
  Receipt,
} from '../../contract/operations.ts';
import type { ProductFacts } from '../../contract/product-facts.ts';
import { readFacts } from '../../database/catalogue.ts';
import type { Sql } from '../../database/client.ts';
import { cartWorkflowId } from '../../temporal.config.ts';
import type { CartInput } from '../../workflows/cart-input.ts';
import {
  type Envelope,
  mergeSignal,
  mergeUpdate,
  operationQuery,
  viewQuery,
} from '../../workflows/messages.ts';
import { CART_OWNER, CART_STATUS, ITEM_COUNT } from '../../workflows/search-attributes.ts';
import { hashOf, type RequestOverrides, requestFor } from './requests.ts';
import { skipTime } from './time-skipping.ts';

interface Parts {
  client: Client;
  sql: Sql;
  taskQueue: string;
  kind: 'guest' | 'customer';
  id: string;
  policy: CartPolicy;
}

function mergeArgs(guest: string, overrides: RequestOverrides & { strategy?: MergeStrategy }) {
  const { strategy = 'sum', ...rest } = overrides;
  const { atomic: _all, operations: _none, ...envelope } = requestFor([], rest);
  const fingerprint = hashOf(`merge ${guest} ${strategy}`);
  return [
    { guest, strategy },
    { ...envelope, actor: 'customer:test', fingerprint },
  ] as [{ guest: string; strategy: MergeStrategy }, Envelope];
}

/** A row of one of the read model's tables, as it is. */
export type Row = Record<string, unknown>;

export class CartUnderTest {
  readonly workflowId: string;
  readonly ownerHash: string;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.workflowId = cartWorkflowId(parts.kind, parts.id);
    this.ownerHash = hashOf(parts.id);
  }

  get handle() {
    return this.#parts.client.workflow.getHandle(this.workflowId);
  }

  /** Starts it without a message; a cart that runs is left alone. */
  async start(): Promise<void> {
    await this.#parts.client.workflow.start('cartWorkflow', this.#startOptions());
  }

  async facts(sku: string): Promise<ProductFacts> {
    const found = (await readFacts(this.#parts.sql, [sku])).get(sku);
    if (!found) throw new Error(`The test catalogue has no ${sku}.`);
    return found;
  }

  /** One Update-with-Start for all these requests, as the gateway sends it; refusals and replays come back as receipts. */
  async submitAll(requests: CartRequest[]): Promise<Receipt[]> {
    const { update, args } = messageFor(requests);
    const startWorkflowOperation = new WithStartWorkflowOperation('cartWorkflow', {
      ...this.#startOptions(),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    });
    try {
      const options = { args, startWorkflowOperation };
      return [await this.#parts.client.workflow.executeUpdateWithStart(update, options)].flat();
    } catch (error) {
      const receipts = receiptsOfFailure(error);
      if (receipts) return receipts;
      throw error;
    }
  }

  async submit(request: CartRequest): Promise<Receipt> {
    const [receipt] = await this.submitAll([request]);
    return receipt as Receipt;
  }

  async do(operations: CartOperation | CartOperation[], overrides?: RequestOverrides): Promise<Receipt> {
    return this.submit(requestFor(operations, overrides));
  }

  /** An add with the catalogue's facts, as the API sends it. */
  async addOf(sku: string, quantity: number, more: Partial<AddItem> = {}): Promise<AddItem> {
    return { type: 'addItem', sku, quantity, facts: await this.facts(sku), ...more };
  }

  async add(sku: string, quantity: number, overrides?: RequestOverrides): Promise<Receipt> {
    return this.do(await this.addOf(sku, quantity), overrides);
  }

  /** The request as a Signal-with-Start. */
  async signal(request: CartRequest): Promise<void> {
    const { signal, signalArgs } = messageFor([request]);
    const options = { ...this.#startOptions(), signal, signalArgs };
    await this.#parts.client.workflow.signalWithStart('cartWorkflow', options);
  }

  /** Takes over a guest's cart, as the gateway asks for it; refusals and replays come back as receipts. */
  async merge(
    guest: Pick<CartUnderTest, 'workflowId'>,
    overrides: RequestOverrides & { strategy?: MergeStrategy } = {},
  ): Promise<Receipt> {
    const startWorkflowOperation = new WithStartWorkflowOperation('cartWorkflow', {
      ...this.#startOptions(),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    });
    const args = mergeArgs(guest.workflowId, overrides);
    try {
      return await this.#parts.client.workflow.executeUpdateWithStart(mergeUpdate, {
        args,
        startWorkflowOperation,
      });
    } catch (error) {
      const [receipt] = receiptsOfFailure(error) ?? [];
      if (receipt) return receipt;
      throw error;
    }
  }

  /** The same as a Signal-with-Start. */
  async mergeLater(
    guest: Pick<CartUnderTest, 'workflowId'>,
    overrides: RequestOverrides = {},
  ): Promise<void> {
    await this.#parts.client.workflow.signalWithStart('cartWorkflow', {
      ...this.#startOptions(),
      signal: mergeSignal,
      signalArgs: mergeArgs(guest.workflowId, overrides),
    });
  }

  /** An Update as a person types it in Temporal UI. */
  updateByHand(name: string, ...args: unknown[]): Promise<Receipt> {
    return this.handle.executeUpdate<Receipt, [unknown, ...unknown[]]>(name, {
      args: args as [unknown, ...unknown[]],
    });
  }

  signalByHand(name: string, ...args: unknown[]): Promise<void> {
    return this.handle.signal(name, ...args);
  }

  view(): Promise<CartView> {
    return this.handle.query(viewQuery);
  }

  status(idempotencyKey: string): Promise<OperationStatus | undefined> {
    return this.handle.query(operationQuery, hashOf(idempotencyKey));
  }

  /** What Temporal UI shows of it. */
  async details(): Promise<string> {
    const metadata = await this.handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    return metadata.currentDetails ?? '';
  }

  async historyLength(): Promise<number> {
    return (await this.handle.describe()).historyLength;
  }

  async runId(): Promise<string> {
    return (await this.handle.describe()).runId;
  }

  async row(): Promise<Row | undefined> {
    const [row] = await this.#parts.sql<Row[]>`SELECT * FROM carts WHERE workflow_id = ${this.workflowId}`;
    return row;
  }

  async publishedView(): Promise<CartView | undefined> {
    const row = await this.row();
    return row && (JSON.parse(row.view as string) as CartView);
  }

  /** The changes that lasted: those of a workflow task that was lost, and done again, do not count. */
  audit(): Promise<Row[]> {
    return this.#parts.sql<Row[]>`
      SELECT * FROM cart_trail WHERE workflow_id = ${this.workflowId} ORDER BY at, version`;
  }

  finished(): Promise<Row[]> {
    return this.#parts.sql<Row[]>`
      SELECT * FROM finished_carts WHERE workflow_id = ${this.workflowId} ORDER BY generation`;
  }

  requests(): Promise<Row[]> {
    return this.#parts.sql<Row[]>`SELECT * FROM cart_requests WHERE workflow_id = ${this.workflowId}`;
  }

  /** Lets the cart live through this time. */
  skip(durationMs: number): Promise<void> {
    return skipTime(this.#parts.client, this.workflowId, durationMs);
  }

  #startOptions() {
    const { kind, taskQueue, policy } = this.#parts;
    const input: CartInput = { schema: 1, policy, owner: kind, ownerHash: this.ownerHash, currency: 'EUR' };
    return {
      workflowId: this.workflowId,
      taskQueue,
      args: [input] as [CartInput],
      workflowTaskTimeout: '5s' as const,
      workflowIdReusePolicy:
        kind === 'guest' ? WorkflowIdReusePolicy.REJECT_DUPLICATE : WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      typedSearchAttributes: [
        { key: CART_STATUS, value: 'active' },
        { key: CART_OWNER, value: this.ownerHash },
        { key: ITEM_COUNT, value: 0 },
      ],
    };
  }
}
