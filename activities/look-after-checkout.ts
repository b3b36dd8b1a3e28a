/**
 * What became of a checkout that has not told its cart for too long: an operator may have terminated it. An order that it came to stands;
 * what it has left behind is cleared up by a workflow that is there for it.
 */
import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { WorkflowIdReusePolicy } from '@temporalio/common';
import { checkoutWorkflowId, clearUpWorkflowId, type StoppedCheckout } from '../contract/checkouts.ts';
import { findOrderOfCheckout } from '../database/orders.ts';
import { findPayment } from '../database/payment-rows.ts';
import type { Sql } from '../database/client.ts';
import { CartSilent, readEnd } from './ask-temporal.ts';

/**
 * `ended`: it will not say a word any more, and there is no order. `ending`: it was stopped a moment ago, and a step of it may still be at
 * work; ask again then.
 */
export type CheckoutFate =
  | { is: 'running' }
  | { is: 'ordered'; orderId: string }
  | { is: 'ending'; askAgainInMs: number }
  | { is: 'ended' };

/** Longer than any try of a step (workflows/checkout-steps.ts): nothing of a checkout happens later than this after its end. */
const LAST_STEP_MS = 15_000;

async function endOf(client: Client, checkoutId: string): Promise<number | 'running'> {
  try {
    return await readEnd(client, checkoutWorkflowId(checkoutId));
  } catch (error) {
    if (!(error instanceof CartSilent)) throw error;
    throw ApplicationFailure.create({ message: 'Temporal did not answer', type: 'TemporalUnavailable' });
  }
}

/** What a provider finds a payment by, also where the answer to its creation was lost. */
async function paymentOf(sql: Sql, checkoutId: string) {
  const payment = await findPayment(sql, checkoutId);
  if (!payment) return {};
  const { amount, currency } = payment;
  return { payment: { checkoutId, amount, currency } };
}

/** By its id there is one of it. */
async function clearUp(sql: Sql, client: Client, stopped: StoppedCheckout): Promise<void> {
  const input = { schema: 1, ...stopped, ...(await paymentOf(sql, stopped.checkoutId)) };
  try {
    await client.workflow.start('clearUpWorkflow', {
      workflowId: clearUpWorkflowId(stopped.checkoutId),
      taskQueue: activityInfo().taskQueue,
      args: [input],
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      staticSummary: 'what a checkout that ended without a word has left behind',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Asked again, it says the same and does nothing more. */
export async function lookAfterCheckout(
  sql: Sql,
  client: Client,
  checkout: StoppedCheckout,
): Promise<CheckoutFate> {
  const { checkoutId } = checkout;
  const endedAt = await endOf(client, checkoutId);
  if (endedAt === 'running') return { is: 'running' };
  const order = await findOrderOfCheckout(sql, checkoutId);
  if (order) return { is: 'ordered', orderId: order.orderId };
  const leftMs = endedAt + LAST_STEP_MS - Date.now();
  if (leftMs > 0) return { is: 'ending', askAgainInMs: leftMs };
  await clearUp(sql, client, checkout);
  return { is: 'ended' };
}
