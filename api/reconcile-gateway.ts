/** Starts a comparison of read model and carts on demand, and asks one that runs how far it is. */
import type { Client } from '@temporalio/client';
import type { ReconcileInput, ReconcileProgress } from '../contract/reconcile.ts';
import { RECONCILE } from '../temporal.config.ts';
import { progressQuery } from '../workflows/reconcile-messages.ts';
import { askIfThere } from './ask-temporal.ts';
import type { CartsPlace } from './carts.ts';
import { startOnDemand } from './start-on-demand.ts';

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
    // Whoever asks wants to know about every cart, not about this hour's share.
    const input: ReconcileInput = { trigger: 'operator', cycle: 1, indexedAfterMs: 2 * this.#idleTickMs };
    return startOnDemand(this.#client, {
      workflow: RECONCILE.workflow,
      workflowId: RECONCILE.onDemandId,
      taskQueue: this.#taskQueue,
      input,
      summary: 'read model against carts, on demand',
    });
  }

  progress(workflowId: string): Promise<ReconcileProgress | undefined> {
    const handle = this.#client.workflow.getHandle(workflowId);
    return askIfThere(this.#client, () => handle.query(progressQuery));
  }
}
