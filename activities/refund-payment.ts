/** Gives back all of the money of a checkout, once. */
import type { PaymentProgress } from '../contract/payments.ts';
import { settleAlarm } from '../database/alarms.ts';
import { requirePayment } from '../database/payments.ts';
import { PaymentError } from '../payments/payment-error.ts';
import { observePayment } from './observe-payment.ts';
import { type PaymentParts, providerOf } from './payment-parts.ts';

/** Called twice, it is given back once. Rejects as `PaymentRefused` when there is nothing to give back. */
export async function refundPayment(parts: PaymentParts, checkoutId: string): Promise<PaymentProgress> {
  const { paymentId, provider } = await requirePayment(parts.sql, checkoutId);
  if (paymentId === null) throw new PaymentError('final', 'There is nothing to refund');
  const payment = await providerOf(parts, provider).refundPayment({ paymentId, checkoutId });
  const progress = await observePayment(parts.sql, provider, payment);
  if (progress.status === 'refunded') {
    await settleAlarm(parts.sql, { kind: 'refund_failed', subject: checkoutId });
  }
  return progress;
}
