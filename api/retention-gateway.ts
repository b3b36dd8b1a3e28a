/** Starts retention on demand. How far it is stands in the database. */
import { RETENTION_STEPS, type RetentionInput, type RetentionPolicy } from '../contract/retention.ts';
import { RETENTION } from '../temporal.config.ts';
import type { CartsPlace } from './carts.ts';
import { startOnDemand } from './start-on-demand.ts';

/** Rejects with a `Problem` when Temporal does not answer. */
export interface RetentionGateway {
  /** False: one on demand runs already, and goes on. */
  start(): Promise<boolean>;
}

/** `policy`: of runs that are started here. */
export const createRetentionGateway = (
  { client, taskQueue }: CartsPlace,
  policy: RetentionPolicy,
): RetentionGateway => ({
  start() {
    const input: RetentionInput = { trigger: 'operator', policy, steps: RETENTION_STEPS };
    return startOnDemand(client, {
      workflow: RETENTION.workflow,
      workflowId: RETENTION.onDemandId,
      taskQueue,
      input,
      summary: 'deletes what is not needed any more, on demand',
    });
  },
});
