/** How a cart's workflow is born: its id, its policy, and what operators see of it from the first moment. */
import { WorkflowIdReusePolicy } from '@temporalio/client';
import type { Config } from '../config.ts';
import { cartPolicyOf } from '../config-policies.ts';
import type { CartInput } from '../workflows/cart-input.ts';
import { CART_OWNER, CART_STATUS, ITEM_COUNT, LAST_ACTIVITY } from '../workflows/search-attributes.ts';
import type { CartOwner } from './carts.ts';

export function cartStart(owner: CartOwner, config: Config, taskQueue: string) {
  const { kind, ownerHash, workflowId } = owner;
  const input: CartInput = {
    schema: 1,
    policy: cartPolicyOf(config),
    owner: kind,
    ownerHash,
    currency: config.CURRENCY,
  };
  return {
    workflowId,
    taskQueue,
    args: [input] as [CartInput],
    // A guest's id is never born again; a customer's cart begins anew after it has expired.
    workflowIdReusePolicy:
      kind === 'guest' ? WorkflowIdReusePolicy.REJECT_DUPLICATE : WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    // A worker that dies with a cart in its hands holds it up for this long at most: less than a request's deadline.
    workflowTaskTimeout: '3s' as const,
    staticSummary: `${kind} cart`,
    memo: { label: `${kind} cart` },
    typedSearchAttributes: [
      { key: CART_STATUS, value: 'active' },
      { key: CART_OWNER, value: ownerHash },
      { key: ITEM_COUNT, value: 0 },
      { key: LAST_ACTIVITY, value: new Date() },
    ],
  };
}
