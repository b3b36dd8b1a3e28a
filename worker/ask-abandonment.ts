/** Asks a cart whether a recovery mail still holds. The workflow answers, not the read model: it is the one that takes orders. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { AbandonmentView } from '../contract/abandonment.ts';

/** Known to carts by this name (workflows/messages.ts). */
const QUERY = 'abandonment';

/** A cart answers within milliseconds, or a few seconds when it has to be loaded on a busy worker. */
const ANSWER_MS = 5_000;

/** Nobody answers: no worker, no Temporal, or a worker of an older release. */
export class CartSilent extends Error {}

/** `gone`: there is no such cart, or its workflow has ended and is forgotten. Rejects with `CartSilent`. */
export async function askAbandonment(client: Client, workflowId: string): Promise<AbandonmentView | 'gone'> {
  const ask = () => client.workflow.getHandle(workflowId).query<AbandonmentView>(QUERY);
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, ask);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'gone';
    throw new CartSilent('The cart does not answer.', { cause: error });
  }
}
