/**
 * What a checkout does with its payment, each a verb of its own, safe to run twice. All reject with the failures of guard-payments.ts
 * (only `PaymentUnavailable` is worth another try) or of guard-database.ts.
 */
import type { PaymentProgress } from '../contract/payments.ts';
import type { Sql } from '../database/client.ts';
import { findPayment } from '../database/payment-rows.ts';
import type { PaymentRequest } from '../payments/payment-provider.ts';
import { cancelPayment } from './cancel-payment.ts';
import { createPayment } from './create-payment.ts';
import { createDatabaseGuard, type DatabaseLog } from './guard-database.ts';
import { createPaymentGuard } from './guard-payments.ts';
import type { PaymentParts, Providers } from './payment-parts.ts';
import { pollPayment } from './poll-payment.ts';
import { refundPayment } from './refund-payment.ts';

export interface PaymentActivityDependencies {
  sql: Sql;
  payments: Providers;
  log?: DatabaseLog;
}

export interface PaymentActivities {
  /** Makes the payment, or finds the one that the checkout has. Its answer may already say `captured` or `failed`. */
  createPayment(request: PaymentRequest): Promise<PaymentProgress>;
  /** Asks the provider, and tells what is known from all sources. */
  pollPayment(checkoutId: string): Promise<PaymentProgress>;
  /** Gives the payment up. Null: there was none. `captured`: too late. */
  cancelPayment(request: PaymentRequest): Promise<PaymentProgress | null>;
  /** Gives all of the money back. */
  refundPayment(checkoutId: string): Promise<PaymentProgress>;
}

export function createPaymentActivities(dependencies: PaymentActivityDependencies): PaymentActivities {
  const { sql, payments, log } = dependencies;
  const parts: PaymentParts = { ...payments, sql, find: (checkoutId) => findPayment(sql, checkoutId) };
  const guard = createPaymentGuard(createDatabaseGuard(log));
  return {
    createPayment: (request) =>
      guard('createPayment', { checkoutId: request.checkoutId }, () => createPayment(parts, request)),
    pollPayment: (checkoutId) => guard('pollPayment', { checkoutId }, () => pollPayment(parts, checkoutId)),
    cancelPayment: (request) =>
      guard(
        'cancelPayment',
        { checkoutId: request.checkoutId },
        async () => (await cancelPayment(parts, request)) ?? null,
      ),
    refundPayment: (checkoutId) =>
      guard('refundPayment', { checkoutId }, () => refundPayment(parts, checkoutId)),
  };
}
