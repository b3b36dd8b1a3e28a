/** How steps at a payment provider fail, by the types that activities/guard-payments.ts gives them. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** The failure's type as activities/guard-*.ts name it; undefined for a time-out. */
export const failureType = (error: unknown): string | undefined =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
    ? (error.cause.type ?? undefined)
    : undefined;

const LAST_WORDS = ['PaymentRefused', 'PaymentDeclined', 'PaymentConflict', 'PaymentMismatch'];

/** Asking again would not help: the provider says no, has nothing to give back, or does not agree with the books. */
export const isLastWord = (error: unknown): boolean => LAST_WORDS.includes(failureType(error) ?? '');
