/**
 * Calls to the bare workflow with the client that the API uses: same connection, same retry of what the server says to try again
 * (its limit of ten Updates in flight makes that necessary on one hot workflow).
 */
import { WithStartWorkflowOperation } from '@temporalio/client';
import { createTemporalClient } from '../../api/temporal-client.ts';
import { isWorthAnotherTry } from '../../api/temporal-errors.ts';
import { BARE_TASK_QUEUE, incrementUpdate } from './messages.ts';
import type { counterWorkflow } from './workflow.ts';

const PATIENCE_MS = 10_000;

export interface Counters {
  update(workflowId: string): Promise<number>;
  updateWithStart(workflowId: string): Promise<number>;
}

export function createCounters(): Counters {
  const { workflow } = createTemporalClient();
  return {
    update: (workflowId) =>
      insist(() => workflow.getHandle(workflowId).executeUpdate(incrementUpdate, { args: [1] })),
    updateWithStart: (workflowId) =>
      insist(() =>
        workflow.executeUpdateWithStart(incrementUpdate, {
          args: [1],
          startWorkflowOperation: new WithStartWorkflowOperation<typeof counterWorkflow>('counterWorkflow', {
            workflowId,
            taskQueue: BARE_TASK_QUEUE,
            args: [],
            workflowIdConflictPolicy: 'USE_EXISTING',
          }),
        }),
      ),
  };
}

async function insist<Result>(call: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pause = 20; ; pause = Math.min(pause * 1.7, 500)) {
    try {
      return await call();
    } catch (error) {
      if (!isWorthAnotherTry(error) || Date.now() + pause > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause * (0.8 + Math.random() * 0.4)));
    }
  }
}
