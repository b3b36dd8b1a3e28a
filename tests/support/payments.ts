/** Webhooks of payment providers as a test sends them: genuine ones, and every way to be wrong. */
import { randomBytes } from 'node:crypto';
import Stripe from 'stripe';
import { Webhook } from 'standardwebhooks';
import type { PaymentEventType } from '../../contract/payments.ts';

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const OTHER_WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
export const STRIPE_WEBHOOK_SECRET = 'whsec_stripe0123456789abcdef';

export interface TestEvent {
  type: PaymentEventType;
  id: string;
  timestamp: string;
  data: { paymentId: string; checkoutId: string; amount: number; currency: string };
}

/** A genuine event about `checkoutId`; `changes` replace parts of its data. */
export const testEvent = (
  type: PaymentEventType,
  checkoutId: string,
  changes: Partial<TestEvent['data']> = {},
  id = `evt_${randomBytes(8).toString('hex')}`,
): TestEvent => ({
  type,
  id,
  timestamp: '2026-11-21T12:00:00.000Z',
  data: { paymentId: `pay_${checkoutId}`, checkoutId, amount: 1_999, currency: 'EUR', ...changes },
});

export interface Signed {
  body: string;
  headers: Record<string, string>;
}

/** Signed by the reference library, so that ours is held against another hand. `at` in epoch ms. */
export function sign(event: object | string, at: number, ...secrets: string[]): Signed {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const id = `msg_${randomBytes(8).toString('hex')}`;
  const keys = secrets.length > 0 ? secrets : [WEBHOOK_SECRET];
  const signatures = keys.map((secret) => new Webhook(secret).sign(id, new Date(at), body));
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1_000)),
      'webhook-signature': signatures.join(' '),
    },
  };
}

/** Signed as Stripe does it, by Stripe's own library. */
export function signStripe(event: object | string, at: number, secret = STRIPE_WEBHOOK_SECRET): Signed {
  const payload = typeof event === 'string' ? event : JSON.stringify(event);
  const timestamp = Math.floor(at / 1_000);
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  return { body: payload, headers: { 'content-type': 'application/json', 'stripe-signature': header } };
}
