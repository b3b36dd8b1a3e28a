/**
 * A checkout that an operator terminates and that is paid then, unheard, as one more way on which workers die: the cart looks after it, and what is
 * left of it is cleared up.
 */
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

/**
 * Terminated and paid when this answers. The returned function waits until cart, money and stock are back, and throws where that never comes.
 */
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
  const isPayment = async (status: string) => {
    const [row] = await sql`SELECT status FROM test_payments.payments WHERE checkout_id = ${checkoutId}`;
    return row?.status === status;
  };
  await eventually(() => isPayment('created'), { within: 30_000 });
  await client.workflow.getHandle(checkoutWorkflowId(checkoutId)).terminate('by an operator');
  await sql`UPDATE test_payments.payments SET status = 'captured' WHERE checkout_id = ${checkoutId}`;
  return async () => {
    const patience = { within: withinMs, every: 500, attempt: 20_000 };
    await eventually(async () => {
      const { status, checkout } = await cart.view();
      return status === 'active' && checkout?.status === 'failed';
    }, patience);
    await eventually(() => isPayment('refunded'), patience);
    await eventually(async () => {
      const held = await sql`SELECT FROM stock_holders WHERE checkout_id = ${checkoutId}`;
      return held.count === 0;
    }, patience);
    const alarms = await sql`SELECT kind FROM alarms WHERE subject = ${checkoutId}`;
    const told = alarms.map(({ kind }) => String(kind)).join(', ');
    if (told !== 'captured_without_order') throw new Error(`its alarms are [${told}]`);
  };
}
