/**
 * What a checkout leaves behind whose workflow an operator has terminated: a payment that may be open or made, and stock that is held. Where it
 * came to an order after all, nothing is touched. One for each checkout, by its id.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import type { StoppedCheckout } from '../contract/checkouts.ts';
import { cancelOpenPayment, type PaymentRequest } from './cancel-open-payment.ts';
import { insist, steps } from './checkout-steps.ts';
import { giveMoneyBack } from './give-money-back.ts';

export interface ClearUpInput extends StoppedCheckout {
  schema: 1;
  /** Where the shop's books have one. */
  payment?: PaymentRequest;
}

type Tell = (line: string) => void;

/** The payment is closed, and what its provider says then decides about money. */
async function settle({ checkoutId, payment }: ClearUpInput, tell: Tell) {
  const closed = payment === undefined ? null : await cancelOpenPayment(payment, tell);
  tell(`payment: ${closed === null ? 'none' : (closed?.status ?? 'not closed, see the alarm')}`);
  if (closed === undefined) return 'alarmed';
  if (closed?.status !== 'captured') return 'cleared';
  const isBack = await giveMoneyBack({ checkoutId, reason: 'the checkout was stopped', tell });
  return isBack ? 'refunded' : 'alarmed';
}

async function release({ checkoutId, cartId, ownerHash }: ClearUpInput, tell: Tell): Promise<void> {
  const request = { checkoutId, cartId, ownerHash, reason: 'stopped' };
  await insist({ what: 'releasing the stock', tell }, () =>
    steps('compensation: release the stock').releaseStock(request),
  );
  tell('no stock is held');
}

export async function clearUpWorkflow(
  input: ClearUpInput,
): Promise<'has an order' | 'cleared' | 'refunded' | 'alarmed'> {
  const story: string[] = [];
  const tell: Tell = (line) => {
    story.push(`- ${line}`);
    setCurrentDetails(story.join('\n'));
  };
  const order = await insist({ what: 'looking for the order', tell }, () =>
    steps('is there an order?').findOrder(input.checkoutId),
  );
  if (order) return 'has an order';
  // The stock does not wait for a provider that is away: nobody is left who could order.
  const [outcome] = await Promise.all([settle(input, tell), release(input, tell)]);
  return outcome;
}
