/**
 * What a provider answers counts like one of its events, under an id made of what it says: asked twice, it counts once, and whatever
 * is first, webhook or answer, the result is the same.
 */
import type { Payment, PaymentProgress, ProviderName } from '../contract/payments.ts';
import type { Sql } from '../database/client.ts';
import { recordPaymentEvent, recordProviderPayment } from '../database/payments.ts';
import { PaymentMismatch } from './guard-payments.ts';

/**
 * Writes down the answer and tells what is known now, from all sources. Throws PaymentMismatch where amount, currency or checkout
 * are not what was asked for.
 */
export async function observePayment(
  sql: Sql,
  provider: ProviderName,
  payment: Payment,
): Promise<PaymentProgress> {
  const { paymentId, checkoutId, status, amount, currency } = payment;
  const { outcome } = await recordPaymentEvent(
    sql,
    provider,
    {
      id: `answer:${paymentId}:${status}:${amount}:${currency}`,
      type: `payment.${status}`,
      paymentId,
      checkoutId,
      amount,
      currency,
      at: new Date().toISOString(),
    },
    { isDelivered: true },
  );
  if (outcome !== 'applied') {
    throw new PaymentMismatch(`The payment of checkout ${checkoutId} is not what was asked for`);
  }
  return await recordProviderPayment(sql, payment);
}
