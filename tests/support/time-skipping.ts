/**
 * Lets a cart live through months in a second, on the real server: its time skipping works per workflow, so tests stay independent
 * of each other. Experimental in the server and without a wrapper in the SDK, hence hidden here.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';

const POLLS_MAX = 50;

/** FastForwardPollingResult: arrived, or cannot arrive any more (the workflow has ended). */
const COMPLETED = 2;
const FAILED = 3;

/**
 * Moves the workflow's clock on by `durationMs`: every timer that is due by then has fired when this returns. The time that passes
 * stays passed, across continue-as-new too. A workflow that ends on the way is fine.
 */
export async function skipTime(client: Client, workflowId: string, durationMs: number): Promise<void> {
  const { workflowService } = client.connection;
  const fastForwardId = randomUUID();
  const target = { namespace: 'default', workflowExecution: { workflowId } };
  // The generated types want a Long for seconds; numbers are encoded all the same.
  const duration = { seconds: Math.floor(durationMs / 1_000) as never, nanos: (durationMs % 1_000) * 1e6 };
  await workflowService.updateWorkflowExecutionOptions({
    ...target,
    workflowExecutionOptions: {
      timeSkippingConfig: { enabled: true, fastForwardConfig: { id: fastForwardId, duration } },
    },
    updateMask: { paths: ['time_skipping_config'] },
  });
  for (let polls = 0; polls < POLLS_MAX; polls += 1) {
    const { fastForwardPollingResult } = await workflowService.pollWorkflowExecutionTimeSkipping({
      ...target,
      fastForwardId,
    });
    if (fastForwardPollingResult === COMPLETED || fastForwardPollingResult === FAILED) return;
  }
  throw new Error(`The clock of ${workflowId} did not arrive after ${POLLS_MAX} polls.`);
}
