/** Gives a payment up, wherever its creation was interrupted: a payment whose answer was lost is looked for first. */
import type { Payment, PaymentProgress } from '../contract/payments.ts';
import type { PaymentRequest } from '../payments/payment-provider.ts';
import { observePayment } from './observe-payment.ts';
import { type PaymentParts, providerOf } from './payment-parts.ts';

/**
 * Undefined when there is nothing to cancel. Too late is no error: the answer then says `captured`, and the caller decides about a refund.
 * Called twice, the same.
 */
export async function cancelPayment(
  parts: PaymentParts,
  request: PaymentRequest,
): Promise<PaymentProgress | undefined> {
  const known = await parts.find(request.checkoutId);
  if (!known) return undefined;
  const provider = providerOf(parts, known.provider);
  const paymentId = known.paymentId ?? (await provider.findPayment(request))?.paymentId;
  if (paymentId === undefined) return undefined;
  const payment: Payment = await provider.cancelPayment(paymentId);
  return await observePayment(parts.sql, known.provider, payment);
}
