/** Makes the payment of a checkout at its provider: intent first, so that no event and no crash finds the shop without a record. */
import type { PaymentProgress } from '../contract/payments.ts';
import { recordIntent } from '../database/payments.ts';
import type { PaymentRequest } from '../payments/payment-provider.ts';
import { observePayment } from './observe-payment.ts';
import { chosenProvider, type PaymentParts, providerOf } from './payment-parts.ts';

/** Called twice, at once or after a crash, there is one payment. */
export async function createPayment(parts: PaymentParts, request: PaymentRequest): Promise<PaymentProgress> {
  const { checkoutId, amount, currency } = request;
  const known = await parts.find(checkoutId);
  // A checkout stays with its provider, also when the shop's choice has changed meanwhile.
  const provider = known?.provider ?? chosenProvider(parts);
  const intent = await recordIntent(parts.sql, { checkoutId, amount, currency, provider });
  const payment = await providerOf(parts, intent.provider).createPayment(request);
  return await observePayment(parts.sql, intent.provider, payment);
}
