/**
 * Webhooks of Stripe: the signature is checked by Stripe's own library, after a strict look at what it reads leniently (a timestamp
 * with a tail, a body that is no UTF-8, a date in the future).
 * Source: https://docs.stripe.com/webhooks/signature
 */
import Stripe from 'stripe';
import type { ParseWebhook } from './payment-provider.ts';
import { isFresh, WEBHOOK_TOLERANCE_S } from './standard-webhooks.ts';
import { readStripeEvent } from './stripe-events.ts';

const SCHEME = /^t=([1-9]\d{0,11})((?:,v\d=[0-9a-f]{64}){1,16})$/;

/** The body as text that has these bytes and no others; undefined where there is none. */
function exactText(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function construct(text: string, header: string, secret: string, now: number): Stripe.Event | undefined {
  try {
    return Stripe.webhooks.constructEvent(text, header, secret, WEBHOOK_TOLERANCE_S, undefined, now);
  } catch {
    return undefined;
  }
}

/** Throws when there is no secret, or an empty one: it would accept everybody. Several: any of them may have signed. */
export function createStripeWebhooks(secrets: readonly string[]): ParseWebhook {
  if (secrets.length === 0 || secrets.some((secret) => secret.trim() === '')) {
    throw new Error('STRIPE_WEBHOOK_SECRET is needed to check webhooks of Stripe');
  }
  return (body, header, now) => {
    const signature = header('stripe-signature') ?? '';
    const timestamp = SCHEME.exec(signature)?.[1];
    if (timestamp === undefined) return { kind: 'refused', reason: 'the header is missing or malformed' };
    const text = exactText(body);
    if (text === undefined) return { kind: 'refused', reason: 'the body is not UTF-8' };
    const events = secrets.map((secret) => construct(text, signature, secret, now));
    const event = events.find((one) => one !== undefined);
    if (!event) return { kind: 'refused', reason: 'no signature matches, or it is too old' };
    if (!isFresh(Number(timestamp), now)) {
      return { kind: 'refused', reason: 'the timestamp is too far from now' };
    }
    return readStripeEvent(event);
  };
}
