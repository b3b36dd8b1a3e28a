/** Starts a comparison of read model and carts on demand, and asks one that runs how far it is. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { ReconcileInput, ReconcileProgress } from '../contract/reconcile.ts';
import { RECONCILE } from '../temporal.config.ts';
import { progressQuery } from '../workflows/reconcile-messages.ts';
import { askIfThere, askTemporal } from './ask-temporal.ts';
import type { CartsPlace } from './carts.ts';

/** Rejects with a `Problem` when Temporal does not answer. */
export interface ReconcileGateway {
  /** False: one on demand runs already, and goes on. */
  start(): Promise<boolean>;
  /** How far the run is; undefined where it has ended or not begun. */
  progress(workflowId: string): Promise<ReconcileProgress | undefined>;
}

/** `idleTickMs`: how long after its last change Temporal's index knows a cart. */
export const createReconcileGateway = (place: CartsPlace, idleTickMs: number): ReconcileGateway =>
  new TemporalReconcile(place, idleTickMs);

class TemporalReconcile implements ReconcileGateway {
  readonly #client: Client;
  readonly #taskQueue: string;
  readonly #idleTickMs: number;

  constructor({ client, taskQueue }: CartsPlace, idleTickMs: number) {
    this.#client = client;
    this.#taskQueue = taskQueue;
    this.#idleTickMs = idleTickMs;
  }

  start(): Promise<boolean> {
    return askTemporal(this.#client, async () => {
      // Whoever asks wants to know about every cart, not about this hour's share.
      const input: ReconcileInput = { trigger: 'operator', cycle: 1, indexedAfterMs: 2 * this.#idleTickMs };
      try {
        await this.#client.workflow.start(RECONCILE.workflow, {
          workflowId: RECONCILE.onDemandId,
          taskQueue: this.#taskQueue,
          args: [input],
          staticSummary: 'read model against carts, on demand',
        });
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw error;
      }
    });
  }

  progress(workflowId: string): Promise<ReconcileProgress | undefined> {
    const handle = this.#client.workflow.getHandle(workflowId);
    return askIfThere(this.#client, () => handle.query(progressQuery));
  }
}
