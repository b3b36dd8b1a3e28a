/** The way of money that can have no order: a person is told, and all of it goes back to the shopper. */
import { attempt, insist, steps } from './checkout-steps.ts';
import { failureType, isLastWord } from './payment-failures.ts';

export interface Owed {
  checkoutId: string;
  /** Why there can be no order. */
  reason: string;
  tell: (line: string) => void;
}

/** Called twice, the money goes back once. True: it is on its way back. False: a person has to see to it; the alarm says so. */
export async function giveMoneyBack({ checkoutId, reason, tell }: Owed): Promise<boolean> {
  const alarm = { kind: 'captured_without_order', subject: checkoutId, facts: { checkoutId, reason } };
  tell(`money without an order (${reason}): alarm and refund`);
  await insist({ what: 'alarm', tell }, () => steps('alarm: money without an order').raiseAlarm(alarm));
  const onFailure = async (error: unknown): Promise<boolean> => {
    const facts = { checkoutId, reason, failure: failureType(error) ?? 'TimedOut' };
    await attempt(() =>
      steps('alarm: the refund failed').raiseAlarm({ kind: 'refund_failed', subject: checkoutId, facts }),
    );
    return isLastWord(error);
  };
  const progress = await insist({ what: 'refund', tell, onFailure }, () =>
    steps('give the money back').refundPayment(checkoutId),
  );
  tell(progress ? 'money given back' : 'the money could not be given back: see the alarm');
  return progress !== undefined;
}
