/** A checkout that an operator terminates while the shopper could pay, as one more way for workers to die: the cart's look after it. */
import { randomUUID } from 'node:crypto';
import { checkoutWorkflowId } from '../../contract/checkouts.ts';
import { TASK_QUEUE } from '../../temporal.config.ts';
import { beginCheckout } from '../support/absence.ts';
import { CartUnderTest } from '../support/cart-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_POLICY } from '../support/policy.ts';
import type { TestStack } from '../support/stack.ts';

/** Workers begin to die before the cart asks. */
const CHECKOUT_PATIENCE_MS = 15_000;

/** Terminated when this answers. The returned function waits until the cart is its shopper's again, and throws where that never comes. */
export async function lookAfterTerminated(
  { temporal: client, sql }: TestStack,
  withinMs: number,
): Promise<() => Promise<void>> {
  const policy = { ...TEST_POLICY, checkoutPatienceMs: CHECKOUT_PATIENCE_MS };
  const cart = new CartUnderTest({
    client,
    sql,
    taskQueue: TASK_QUEUE,
    kind: 'guest',
    id: randomUUID(),
    policy,
  });
  await cart.add('T-B', 1);
  const checkoutId = await beginCheckout(cart);
  const paymentOf = () => sql<{ status: string }[]>`
    SELECT status FROM test_payments.payments WHERE checkout_id = ${checkoutId}`;
  await eventually(async () => (await paymentOf()).count === 1, { within: 30_000 });
  await client.workflow.getHandle(checkoutWorkflowId(checkoutId)).terminate('by an operator');
  return async () => {
    await eventually(
      async () => {
        const { status, checkout } = await cart.view();
        return status === 'active' && checkout?.status === 'failed';
      },
      { within: withinMs, every: 500, attempt: 20_000 },
    );
  };
}
