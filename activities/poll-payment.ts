/** Asks the provider how a payment is doing: for events that are late or lost. */
import type { PaymentProgress } from '../contract/payments.ts';
import { requirePayment } from '../database/payments.ts';
import { observePayment } from './observe-payment.ts';
import { type PaymentParts, providerOf } from './payment-parts.ts';

/** What is known now, webhooks included. A payment whose provider never answered is reported as it is in the books. */
export async function pollPayment(parts: PaymentParts, checkoutId: string): Promise<PaymentProgress> {
  const known = await requirePayment(parts.sql, checkoutId);
  if (known.paymentId === null) return known;
  const payment = await providerOf(parts, known.provider).getPayment(known.paymentId);
  return await observePayment(parts.sql, known.provider, payment);
}
