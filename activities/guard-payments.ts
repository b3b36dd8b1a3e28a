/**
 * Turns what goes wrong with a payment into failures that a workflow can tell apart, without anything that the provider sent. What is no
 * matter of payments goes on to the guard of the database.
 */
import { ApplicationFailure } from '@temporalio/activity';
import { IntentConflict } from '../database/payments.ts';
import { PaymentError, type PaymentErrorKind } from '../payments/payment-error.ts';
import type { DatabaseGuard } from './guard-database.ts';

/** Types of the failures. Only the first may be tried again. */
const PAYMENT_FAILURES = {
  transient: 'PaymentUnavailable',
  declined: 'PaymentDeclined',
  final: 'PaymentRefused',
  conflict: 'PaymentConflict',
  mismatch: 'PaymentMismatch',
} as const satisfies Record<PaymentErrorKind | 'conflict' | 'mismatch', string>;

/** The provider answers something else than was asked for. The alarm is in the database already. */
export class PaymentMismatch extends Error {}

function toFailure(error: unknown): ApplicationFailure | undefined {
  const create = (kind: keyof typeof PAYMENT_FAILURES, message: string) =>
    ApplicationFailure.create({ message, type: PAYMENT_FAILURES[kind], nonRetryable: kind !== 'transient' });
  if (error instanceof PaymentError) return create(error.kind, error.message);
  if (error instanceof IntentConflict) return create('conflict', error.message);
  return error instanceof PaymentMismatch ? create('mismatch', error.message) : undefined;
}

/** Runs a payment activity's body; rejects only with ApplicationFailures. */
export const createPaymentGuard =
  (guardDatabase: DatabaseGuard): DatabaseGuard =>
  (activity, context, run) =>
    guardDatabase(activity, context, async () => {
      try {
        return await run();
      } catch (error) {
        throw toFailure(error) ?? error;
      }
    });
