/** Gateways as API processes have them, over a test's Temporal and task queue; and owners for them. */
import { randomUUID } from 'node:crypto';
import { type CartOwner, createCarts } from '../../api/carts.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createTemporalClient } from '../../api/temporal-client.ts';
import { readConfig } from '../../config.ts';
import { cartWorkflowId } from '../../temporal.config.ts';
import { hashOf } from './requests.ts';
import { temporalAddress } from './temporal-address.ts';

export type Gateway = ReturnType<typeof createCarts>;

/** One more API process. `settings` are environment variables as config.ts reads them. */
export function createGateway(
  taskQueue: string,
  settings: Record<string, string> = {},
  address = temporalAddress(),
): Gateway {
  const client = createTemporalClient(address);
  return createCarts(readConfig(settings), createMetrics(), { client, taskQueue });
}

export function freshOwner(kind: CartOwner['kind'] = 'guest', id: string = randomUUID()): CartOwner {
  return { kind, workflowId: cartWorkflowId(kind, id), ownerHash: hashOf(id) };
}
