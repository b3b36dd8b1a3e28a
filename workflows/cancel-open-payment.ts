/** Closes a payment at its provider, for as long as it takes: what it says then decides whether there is money. */
import type { Activities } from '../activities/create-activities.ts';
import type { PaymentProgress } from '../contract/payments.ts';
import { attempt, insist, steps } from './checkout-steps.ts';
import { failureType, isLastWord } from './payment-failures.ts';

export type PaymentRequest = Parameters<Activities['cancelPayment']>[0];

/** Null: there was none. Undefined: the provider will not, and a person was told. `captured`: too late, it is paid. */
export async function cancelOpenPayment(
  request: PaymentRequest,
  tell: (line: string) => void,
): Promise<PaymentProgress | null | undefined> {
  const onFailure = async (error: unknown): Promise<boolean> => {
    if (!isLastWord(error)) return false;
    const { checkoutId } = request;
    const facts = { checkoutId, type: failureType(error) };
    const alarm = { kind: 'payment_not_cancelled', subject: checkoutId, facts };
    await attempt(() => steps('alarm: the payment stays open').raiseAlarm(alarm));
    return true;
  };
  return await insist({ what: 'cancelling the payment', tell, onFailure }, () =>
    steps('compensation: cancel the payment').cancelPayment(request),
  );
}
