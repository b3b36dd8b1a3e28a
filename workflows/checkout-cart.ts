/** The last word of a checkout to its cart. The signal lasts; the cart knows the checkout by its id and believes it once. */
import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/common';
import type { CheckoutKeeper, End } from './checkout-keeper.ts';
import { checkoutCompletedSignal, checkoutEndedSignal } from './messages.ts';

/** A cart that was stopped by an operator cannot be told any more; the checkout ends all the same. */
async function tell<Body>(
  keeper: CheckoutKeeper,
  signal: SignalDefinition<[Body]>,
  body: Body,
): Promise<void> {
  const { cartWorkflowId } = keeper.input;
  try {
    await getExternalWorkflowHandle(cartWorkflowId).signal(signal, body);
    keeper.tell('the cart knows');
  } catch (error) {
    log.warn('the cart of a checkout is gone', {
      reason: error instanceof Error ? error.message : 'unknown',
    });
    keeper.tell('the cart is gone');
  }
}

export async function tellCartEnd(keeper: CheckoutKeeper, end: End): Promise<void> {
  const { checkoutId } = keeper.input;
  const { status, facts } = end;
  await tell(keeper, checkoutEndedSignal, { checkoutId, status, ...(facts ? { facts } : {}) });
  keeper.end(end);
}

export async function tellCartOrder(keeper: CheckoutKeeper): Promise<void> {
  const { orderId = '' } = keeper;
  await tell(keeper, checkoutCompletedSignal, { checkoutId: keeper.input.checkoutId, orderId });
  keeper.enter('completed');
}
