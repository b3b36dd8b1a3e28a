/** Asks a cart whether a recovery mail still holds. The workflow answers, not the read model: it is the one that takes orders. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { answered } from '../activities/ask-temporal.ts';
import type { AbandonmentView } from '../contract/abandonment.ts';
import { abandonmentQuery } from '../workflows/messages.ts';

/** `gone`: there is no such cart, or its workflow has ended and is forgotten. Rejects with `CartSilent`. */
export async function askAbandonment(client: Client, workflowId: string): Promise<AbandonmentView | 'gone'> {
  try {
    return await answered(client, () => client.workflow.getHandle(workflowId).query(abandonmentQuery));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'gone';
    throw error;
  }
}
