/** Starts retention on demand. How far it is stands in the database. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { RETENTION_STEPS, type RetentionInput, type RetentionPolicy } from '../contract/retention.ts';
import { RETENTION } from '../temporal.config.ts';
import { askTemporal } from './ask-temporal.ts';
import type { CartsPlace } from './carts.ts';

/** Rejects with a `Problem` when Temporal does not answer. */
export interface RetentionGateway {
  /** False: one on demand runs already, and goes on. */
  start(): Promise<boolean>;
}

/** `policy`: of runs that are started here. */
export const createRetentionGateway = (place: CartsPlace, policy: RetentionPolicy): RetentionGateway =>
  new TemporalRetention(place, policy);

class TemporalRetention implements RetentionGateway {
  readonly #client: Client;
  readonly #taskQueue: string;
  readonly #policy: RetentionPolicy;

  constructor({ client, taskQueue }: CartsPlace, policy: RetentionPolicy) {
    this.#client = client;
    this.#taskQueue = taskQueue;
    this.#policy = policy;
  }

  start(): Promise<boolean> {
    return askTemporal(this.#client, async () => {
      const input: RetentionInput = { trigger: 'operator', policy: this.#policy, steps: RETENTION_STEPS };
      try {
        await this.#client.workflow.start(RETENTION.workflow, {
          workflowId: RETENTION.onDemandId,
          taskQueue: this.#taskQueue,
          args: [input],
          staticSummary: 'deletes what is not needed any more, on demand',
        });
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw error;
      }
    });
  }
}
