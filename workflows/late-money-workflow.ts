/**
 * Money that came when the checkout had ended and its workflow with it. Where the checkout came to an order, the money is that order's;
 * otherwise it goes back. One for each checkout, by its id.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import { insist, steps } from './checkout-steps.ts';
import { giveMoneyBack } from './give-money-back.ts';

export interface LateMoneyInput {
  schema: 1;
  checkoutId: string;
}

export async function lateMoneyWorkflow({
  checkoutId,
}: LateMoneyInput): Promise<'has an order' | 'refunded' | 'alarmed'> {
  const story: string[] = [];
  const tell = (line: string): void => {
    story.push(`- ${line}`);
    setCurrentDetails(story.join('\n'));
  };
  const order = await insist({ what: 'looking for the order', tell }, () =>
    steps('is there an order?').findOrder(checkoutId),
  );
  if (order) return 'has an order';
  const isBack = await giveMoneyBack({ checkoutId, reason: 'came after the end', tell });
  return isBack ? 'refunded' : 'alarmed';
}
