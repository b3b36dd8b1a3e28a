/** Starts, follows and stops bulk actions: one workflow each, whose id is made from the key of the request that asked for it. */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/client';
import {
  BULK_ACTION_PREFIX,
  BULK_ACTION_WORKFLOW,
  BULK_BATCH,
  type BulkAction,
  type BulkProgress,
} from '../contract/bulk-action.ts';
import { bulkProgressQuery, bulkStopSignal } from '../workflows/bulk-messages.ts';
import { askIfThere, askTemporal } from './ask-temporal.ts';
import type { CartsPlace } from './carts.ts';

const LISTED = 50;

export interface BulkActionState {
  id: string;
  type: BulkAction['type'];
  sku: string;
  status: BulkProgress['status'] | 'failed';
  startedAt: string;
  endedAt: string | null;
  told: number;
  gone: number;
}

interface BulkMemo {
  type: BulkAction['type'];
  sku: string;
  fingerprint: string;
}

/** Rejects with a `Problem` when Temporal does not answer. */
export interface BulkActionGateway {
  /** `isFresh` false: this id was started before. `fingerprint`: of the request that started it. */
  start(
    id: string,
    action: BulkAction,
    asked: { actor: string; fingerprint: string },
  ): Promise<{ isFresh: boolean; fingerprint: string }>;
  /** Undefined: there is none of this id (or no longer). */
  see(id: string): Promise<BulkActionState | undefined>;
  /** The newest fifty. */
  list(): Promise<BulkActionState[]>;
  /** False: there is none of this id, or it has ended. */
  stop(id: string): Promise<boolean>;
}

export const createBulkActionGateway = (place: CartsPlace): BulkActionGateway =>
  new TemporalBulkActions(place);

type Described = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>;

const statusOf = ({ status }: Pick<Described, 'status'>, progress: BulkProgress | undefined) => {
  if (status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW') return 'running';
  return status.name === 'COMPLETED' ? (progress?.status ?? 'done') : 'failed';
};

function stateOf(described: Omit<Described, 'raw'>, progress: BulkProgress | undefined): BulkActionState {
  const memo = described.memo as unknown as BulkMemo;
  return {
    id: described.workflowId.slice(BULK_ACTION_PREFIX.length),
    type: memo.type,
    sku: memo.sku,
    status: statusOf(described, progress),
    startedAt: described.startTime.toISOString(),
    endedAt: described.closeTime?.toISOString() ?? null,
    told: progress?.told ?? 0,
    gone: progress?.gone ?? 0,
  };
}

class TemporalBulkActions implements BulkActionGateway {
  readonly #client: Client;
  readonly #taskQueue: string;

  constructor({ client, taskQueue }: CartsPlace) {
    this.#client = client;
    this.#taskQueue = taskQueue;
  }

  start(id: string, action: BulkAction, { actor, fingerprint }: { actor: string; fingerprint: string }) {
    return askTemporal(this.#client, async () => {
      const workflowId = BULK_ACTION_PREFIX + id;
      const memo: BulkMemo = { type: action.type, sku: action.sku, fingerprint };
      try {
        await this.#client.workflow.start(BULK_ACTION_WORKFLOW, {
          workflowId,
          taskQueue: this.#taskQueue,
          args: [{ action, actor, batchSize: BULK_BATCH }],
          memo: { ...memo },
          staticSummary: `${action.type} ${action.sku} in every open cart`,
          workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        });
        return { isFresh: true, fingerprint };
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const described = await this.#client.workflow.getHandle(workflowId).describe();
        return { isFresh: false, fingerprint: (described.memo as unknown as BulkMemo).fingerprint };
      }
    });
  }

  see(id: string): Promise<BulkActionState | undefined> {
    return askIfThere(this.#client, async () => {
      const handle = this.#client.workflow.getHandle(BULK_ACTION_PREFIX + id);
      const described = await handle.describe();
      return stateOf(described, await handle.query(bulkProgressQuery).catch(() => undefined));
    });
  }

  list(): Promise<BulkActionState[]> {
    return askTemporal(this.#client, async () => {
      const ids = new Set<string>();
      const query = `WorkflowType = '${BULK_ACTION_WORKFLOW}'`;
      for await (const { workflowId } of this.#client.workflow.list({ query, pageSize: LISTED })) {
        ids.add(workflowId.slice(BULK_ACTION_PREFIX.length));
        if (ids.size >= LISTED) break;
      }
      const states = await Promise.all([...ids].map((id) => this.see(id)));
      return states.filter((state) => state !== undefined);
    });
  }

  async stop(id: string): Promise<boolean> {
    const handle = this.#client.workflow.getHandle(BULK_ACTION_PREFIX + id);
    const isTold = await askIfThere(this.#client, async () => {
      await handle.signal(bulkStopSignal);
      return true;
    });
    return isTold ?? false;
  }
}
