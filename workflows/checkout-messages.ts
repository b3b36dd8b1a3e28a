/** Every message that a checkout understands. Sent again, each of them changes nothing. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CheckoutView } from '../contract/checkouts.ts';
import type { PaymentEvent } from '../contract/payments.ts';

/** The provider has said something that counts: amount, currency and payment have been compared with the intent before. */
export const paymentEventSignal = defineSignal<[Pick<PaymentEvent, 'id' | 'type'>]>('paymentEvent');

/**
 * Asks for nothing. A message that came before the first workflow task may take its place, and is lost with the server: then only another
 * message, which leaves a trace in the history, makes the checkout begin.
 */
export const wakeSignal = defineSignal<[]>('wake');

/** Answers once the shopper can pay, or once there is nothing to pay (any more). */
export const whenReadyUpdate = defineUpdate<CheckoutView, []>('whenReady');

/** Gives the checkout up, unless it is paid; answers once it has ended, one way or the other. */
export const cancelUpdate = defineUpdate<CheckoutView, []>('cancel');

export const checkoutQuery = defineQuery<CheckoutView>('checkout');
