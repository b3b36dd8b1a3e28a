/** Every message that a checkout understands. Sent again, each of them changes nothing. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CheckoutView } from '../contract/checkouts.ts';
import type { PaymentEvent } from '../contract/payments.ts';

/** The provider has said something that counts: amount, currency and payment have been compared with the intent before. */
export const paymentEventSignal = defineSignal<[Pick<PaymentEvent, 'id' | 'type'>]>('paymentEvent');

/**
 * Gives the checkout up, unless it is paid. A signal, which is in the history before it is answered: an Update that comes before the first
 * workflow task may take that task's place in Temporal's memory, and both are lost with the server.
 */
export const cancelSignal = defineSignal<[]>('cancel');

/** Answers once the shopper can pay, or once there is nothing to pay (any more). For people, and APIs of before. */
export const whenReadyUpdate = defineUpdate<CheckoutView, []>('whenReady');

/** The signal of the same name; answers once the checkout has ended, one way or the other. For people, and APIs of before. */
export const cancelUpdate = defineUpdate<CheckoutView, []>('cancel');

export const checkoutQuery = defineQuery<CheckoutView>('checkout');
