/**
 * What became of a checkout that has not told its cart for too long: an operator may have terminated it. An order that it came to stands;
 * money without an order goes back by the workflow that is there for it.
 */
import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { WorkflowIdReusePolicy } from '@temporalio/common';
import { checkoutWorkflowId, lateMoneyWorkflowId } from '../contract/checkouts.ts';
import { findOrderOfCheckout } from '../database/orders.ts';
import { findPayment } from '../database/payment-rows.ts';
import type { Sql } from '../database/client.ts';
import { CartSilent, readLife } from './ask-temporal.ts';

/** `ended`: it will not say a word any more, and there is no order. */
export type CheckoutFate = { is: 'running' } | { is: 'ordered'; orderId: string } | { is: 'ended' };

async function isRunning(client: Client, checkoutId: string): Promise<boolean> {
  try {
    return (await readLife(client, checkoutWorkflowId(checkoutId))) === 'running';
  } catch (error) {
    if (!(error instanceof CartSilent)) throw error;
    throw ApplicationFailure.create({ message: 'Temporal did not answer', type: 'TemporalUnavailable' });
  }
}

/** The one that the API starts when money comes late: by its id there is one of it. */
async function giveMoneyBack(client: Client, checkoutId: string): Promise<void> {
  try {
    await client.workflow.start('lateMoneyWorkflow', {
      workflowId: lateMoneyWorkflowId(checkoutId),
      taskQueue: activityInfo().taskQueue,
      args: [{ schema: 1, checkoutId }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      staticSummary: 'money of a checkout that ended without a word',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Asked again, it says the same and does nothing more. */
export async function lookAfterCheckout(sql: Sql, client: Client, checkoutId: string): Promise<CheckoutFate> {
  if (await isRunning(client, checkoutId)) return { is: 'running' };
  const order = await findOrderOfCheckout(sql, checkoutId);
  if (order) return { is: 'ordered', orderId: order.orderId };
  const payment = await findPayment(sql, checkoutId);
  if (payment?.status === 'captured') await giveMoneyBack(client, checkoutId);
  return { is: 'ended' };
}
