/** Turns a paid checkout into its order. What does not add up, or was paid otherwise, never becomes one. */
import { refusePayment } from '../cart/order-refusals.ts';
import { doesAddUp } from '../cart/order-totals.ts';
import type { OrderOutcome, OrderRequest } from '../contract/orders.ts';
import { settleAlarm } from '../database/alarms.ts';
import type { Sql } from '../database/client.ts';
import { createOrder as writeOrder } from '../database/orders.ts';
import { refuseLacking } from './reserve-stock.ts';

/** Idempotent by checkout id: whoever calls again gets the order that there is, whatever else the call says. */
export async function createOrder(sql: Sql, request: OrderRequest): Promise<OrderOutcome> {
  const { priced, payment, currency } = request;
  if (!doesAddUp(priced)) throw new Error(`The sums of checkout ${request.checkoutId} do not add up`);
  if (payment.amount !== priced.total || payment.currency !== currency)
    return { status: 'refused', refusal: refusePayment() };
  const outcome = await writeOrder(sql, request);
  if (outcome.status === 'lacking')
    return { status: 'refused', refusal: await refuseLacking(sql, outcome.shortages) };
  if (outcome.status === 'payment_taken') return { status: 'refused', refusal: refusePayment() };
  // Also for the order that an earlier try wrote: the alarm may be younger than it.
  await settleAlarm(sql, { kind: 'paid_without_order', subject: request.checkoutId });
  return outcome;
}
