/** Reads the messages about checkouts. What is unreadable becomes a failure that cannot wedge the cart. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { AnyRequest } from '../cart/apply-request.ts';
import { areFacts } from '../cart/read-facts.ts';
import { CHECKOUT_STATUSES, type CheckoutPolicy, type CheckoutWish } from '../contract/checkouts.ts';
import type { Begin, Completed, Ended, Envelope } from './messages.ts';
import { requestOf } from './read-request.ts';

export interface AskedCheckout {
  request: AnyRequest;
  wish: CheckoutWish;
  policy: CheckoutPolicy;
}

const invalid = (fault: string) =>
  ApplicationFailure.nonRetryable(`Not a message about a checkout: ${fault}`, 'InvalidMessage');

const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 200;

const isText = (value: unknown): boolean =>
  value === undefined || (typeof value === 'string' && value.length <= 4_096);

const isDuration = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

function isWish(wish: CheckoutWish | null | undefined): boolean {
  if (typeof wish !== 'object' || wish === null || !Number.isSafeInteger(wish.expectedTotal)) return false;
  const { shippingMethod, contactRef, returnUrl, testOutcome } = wish;
  return [shippingMethod, contactRef, returnUrl, testOutcome].every(isText);
}

const isPolicy = (policy: CheckoutPolicy | null | undefined): boolean =>
  typeof policy === 'object' &&
  policy !== null &&
  [policy.holdLifeMs, policy.paymentWaitMs, policy.openCheckoutsMax].every(isDuration);

export function readBegin(begin: Begin, envelope: Envelope): AskedCheckout {
  if (!envelope) throw invalid('it comes from the API, with an envelope');
  if (!isId(begin?.checkoutId) || !Number.isSafeInteger(begin.version)) throw invalid('checkoutId, version');
  const { checkoutId, version, wish, policy } = begin;
  if (!isWish(wish) || !isPolicy(policy)) throw invalid('wish, policy');
  const request = requestOf({ atomic: true, operations: [] }, envelope, () => '');
  const operations = [{ type: 'beginCheckout' as const, checkoutId, version }];
  return { request: { ...request, operations }, wish, policy };
}

export function readEnded(message: Ended): Ended {
  const { checkoutId, status, facts } = message ?? {};
  if (!isId(checkoutId) || !CHECKOUT_STATUSES.includes(status)) throw invalid('checkoutId, status');
  if (facts !== undefined && !(Array.isArray(facts) && facts.every(areFacts))) throw invalid('facts');
  return { checkoutId, status, ...(facts ? { facts } : {}) };
}

export function readCompleted(message: Completed): Completed {
  const { checkoutId, orderId } = message ?? {};
  if (!isId(checkoutId) || !isId(orderId)) throw invalid('checkoutId, orderId');
  return { checkoutId, orderId };
}
