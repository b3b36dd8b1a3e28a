/**
 * One checkout: prices, stock, payment, order, each step with its compensation, and the cart told how it ended. It outlives the run of the
 * cart that began it, and is resumed by Temporal after any crash. docs/concepts/checkout.md tells what happens when what dies.
 */
import { allHandlersFinished, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { CheckoutView } from '../contract/checkouts.ts';
import { statusOfEvent } from '../contract/payments.ts';
import { tellCartOrder, tellCartEnd } from './checkout-cart.ts';
import type { CheckoutInput } from './checkout-input.ts';
import { CheckoutKeeper } from './checkout-keeper.ts';
import { insist } from './checkout-steps.ts';
import * as messages from './checkout-messages.ts';
import { getPaid } from './get-paid.ts';
import { giveMoneyBack } from './give-money-back.ts';
import { placeOrder } from './place-order.ts';
import { showEnd } from './publish-checkout.ts';
import { Compensations } from './compensations.ts';

export async function checkoutWorkflow(input: CheckoutInput): Promise<CheckoutView> {
  const keeper = new CheckoutKeeper(input);
  registerHandlers(keeper);
  // An operator's cancellation is a wish like the shopper's: what is undone for it must not itself be cancelled.
  CancellationScope.current().cancelRequested.catch(() => {
    keeper.stopAskedBy ??= 'operator';
  });
  await CancellationScope.nonCancellable(() => run(keeper));
  return keeper.view();
}

async function run(keeper: CheckoutKeeper): Promise<void> {
  const compensations = new Compensations(keeper);
  // A task that is done again may find other prices than the one before it, which had gone on to hold the stock.
  if (keeper.hasLocalSteps) compensations.releaseStock();
  let end = await getPaid(keeper, compensations);
  if (end && (await hasOrderAlready(keeper))) end = undefined;
  // Asked to cancel, the provider may say that it was paid: then there is an order after all.
  if (end && (await compensations.run(end)) === 'paid') end = undefined;
  if (!end) {
    keeper.enter('paid');
    end = await placeOrder(keeper);
    if (end) await compensations.run(end);
  }
  if (end) await tellCartEnd(keeper, end);
  else await tellCartOrder(keeper);
  await showEnd(keeper);
  await condition(allHandlersFinished);
  await settleLateMoney(keeper);
}

/** A task that is done again may hear that the money went back, where the one before it had gone on to write the order. */
async function hasOrderAlready(keeper: CheckoutKeeper): Promise<boolean> {
  if (!keeper.hasLocalSteps || keeper.paymentStatus !== 'refunded') return false;
  const { checkoutId } = keeper.input;
  const tell = (line: string) => keeper.tell(line);
  const order = await insist({ what: 'looking for the order', tell }, () =>
    keeper.transactions('is there an order?').findOrder(checkoutId),
  );
  return order !== null && order !== undefined;
}

/** What comes after this workflow has ended is the late-money workflow's. */
async function settleLateMoney(keeper: CheckoutKeeper): Promise<void> {
  while (keeper.owesMoney) {
    const { checkoutId } = keeper.input;
    const tell = (line: string) => keeper.tell(line);
    const isBack = await giveMoneyBack({ checkoutId, reason: keeper.status, tell });
    keeper.isMoneySettled = true;
    if (!isBack) return;
    keeper.see('refunded', 'refund');
    keeper.enter('refunded');
    await showEnd(keeper);
  }
}

function registerHandlers(keeper: CheckoutKeeper): void {
  setHandler(
    messages.paymentEventSignal,
    (event) => {
      const type = event?.type;
      if (typeof type === 'string' && type.startsWith('payment.')) keeper.see(statusOfEvent(type), 'event');
    },
    { description: 'From the API: what the payment provider has said. Not for use by hand.' },
  );
  setHandler(
    messages.cancelSignal,
    () => {
      keeper.stopAskedBy ??= 'shopper';
    },
    { description: 'Gives the checkout up, unless it is paid already. No argument.' },
  );
  setHandler(
    messages.whenReadyUpdate,
    async () => {
      await condition(() => keeper.isReady);
      return keeper.view();
    },
    { description: 'Waits until the shopper can pay, or until there is nothing to pay. No argument.' },
  );
  setHandler(
    messages.cancelUpdate,
    async () => {
      keeper.stopAskedBy ??= 'shopper';
      await condition(() => keeper.hasEnded);
      return keeper.view();
    },
    { description: 'Gives the checkout up, unless it is paid already. No argument.' },
  );
  setHandler(messages.checkoutQuery, () => keeper.view(), {
    description: 'The checkout as the API shows it',
  });
}
