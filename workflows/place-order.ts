/** From money to order. What may pass is tried until the order exists; what can never be an order is given back. */
import type { OrderRequest } from '../contract/orders.ts';
import type { CheckoutKeeper, End } from './checkout-keeper.ts';
import { attempt, insist, steps } from './checkout-steps.ts';
import { giveMoneyBack } from './give-money-back.ts';
import { showMeanwhile } from './publish-checkout.ts';

function orderRequestOf({ input, priced, payment }: CheckoutKeeper): OrderRequest {
  const { checkoutId, cartId, owner, ownerHash, currency } = input;
  if (!priced) throw new Error('An order without prices');
  return {
    checkoutId,
    cartId,
    ownerKind: owner,
    ownerHash,
    currency,
    priced,
    payment: {
      provider: payment?.provider ?? 'none',
      paymentId: payment?.paymentId ?? `none:${checkoutId}`,
      amount: payment?.amount ?? 0,
      currency: payment?.currency ?? currency,
    },
    actor: `${owner}:${ownerHash}`,
  };
}

/** Undefined: the order exists. */
export async function placeOrder(keeper: CheckoutKeeper): Promise<End | undefined> {
  const { checkoutId } = keeper.input;
  const tell = (line: string) => keeper.tell(line);
  const request = orderRequestOf(keeper);
  const onFailure = async (): Promise<boolean> => {
    if (keeper.isPublished) keeper.index();
    showMeanwhile(keeper);
    await attempt(() => steps('keep the stock: it is paid').markStockCaptured(checkoutId));
    const alarm = { kind: 'paid_without_order', subject: checkoutId, facts: { checkoutId } };
    await attempt(() => steps('alarm: paid, and no order yet').raiseAlarm(alarm));
    return false;
  };
  const outcome = await insist({ what: 'writing the order', tell, onFailure }, () =>
    keeper.transactions('write the order').createOrder(request),
  );
  if (outcome?.status === 'placed') {
    keeper.orderId = outcome.order.orderId;
    keeper.tell(`order ${outcome.order.orderId}`);
    return undefined;
  }
  const refusal = outcome?.refusal;
  const reason = refusal?.code ?? 'unknown';
  const isBack = await giveMoneyBack({ checkoutId, reason, tell });
  keeper.isMoneySettled = true;
  if (isBack) keeper.see('refunded', 'refund');
  const status = isBack ? 'refunded' : 'failed';
  return { status, why: `paid, but ${reason}`, ...(refusal ? { refusal } : {}) };
}
