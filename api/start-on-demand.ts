/** Starts a workflow that runs once at a time, because an operator asks for it. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { askTemporal } from './ask-temporal.ts';

export interface OnDemand {
  workflow: string;
  workflowId: string;
  taskQueue: string;
  input: object;
  summary: string;
}

/** False: one runs already, and goes on. Rejects with a `Problem` when Temporal does not answer. */
export const startOnDemand = (
  client: Client,
  { workflow, workflowId, taskQueue, input, summary }: OnDemand,
): Promise<boolean> =>
  askTemporal(client, async () => {
    try {
      await client.workflow.start(workflow, {
        workflowId,
        taskQueue,
        args: [input],
        staticSummary: summary,
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  });
