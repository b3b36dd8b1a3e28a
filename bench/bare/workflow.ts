/** The least that a durable counter can be: one workflow, one synchronous Update. What everything else is compared with. */
import { condition, setHandler } from '@temporalio/workflow';
import { incrementUpdate } from './messages.ts';

export async function counterWorkflow(): Promise<void> {
  let count = 0;
  setHandler(incrementUpdate, (by) => {
    count += by;
    return count;
  });
  await condition(() => false);
}
