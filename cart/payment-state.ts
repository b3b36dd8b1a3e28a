/**
 * What a set of payment events amounts to. Events come repeated, late and in any order, so the state depends on nothing but
 * which types are in the set: the most final one is the status.
 */
import {
  PAYMENT_STATUSES,
  type PaymentEvent,
  type PaymentStatus,
  statusOfEvent,
} from '../contract/payments.ts';

export interface PaymentState {
  status: PaymentStatus;
  /** The money was taken at some time, also when it went back later. */
  wasCaptured: boolean;
  /** Money was taken for what was cancelled: a refund has to follow, or a person has to look. */
  isContradictory: boolean;
}

const rankOf = (status: PaymentStatus): number => PAYMENT_STATUSES.indexOf(status);

/** The more final of the two; on equal ground either. */
export const moreFinal = (one: PaymentStatus, other: PaymentStatus): PaymentStatus =>
  rankOf(other) > rankOf(one) ? other : one;

/** Nothing that may still come changes whether the shop is paid, short of a contradiction. */
export const isSettled = (status: PaymentStatus): boolean => rankOf(status) >= rankOf('failed');

/** The same for every order and number of repetitions. An empty set is a payment that was just created. */
export function foldPaymentEvents(events: readonly Pick<PaymentEvent, 'type'>[]): PaymentState {
  const seen = events.map(({ type }) => statusOfEvent(type));
  const wasCaptured = seen.includes('captured') || seen.includes('refunded');
  return {
    status: seen.reduce(moreFinal, 'created'),
    wasCaptured,
    // A declined card and then a good one is an ordinary story; a cancelled payment that is paid is not.
    isContradictory: wasCaptured && seen.includes('cancelled'),
  };
}
