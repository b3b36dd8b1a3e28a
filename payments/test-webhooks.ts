/** Webhooks of the test provider: Standard Webhooks around the shop's own event format. */
import { z } from 'zod';
import { MAX_AMOUNT_MINOR } from '../contract/limits.ts';
import { PAYMENT_STATUSES, type PaymentEventType } from '../contract/payments.ts';
import type { ParseWebhook } from './payment-provider.ts';
import { faultOfStandardWebhook, webhookKey } from './standard-webhooks.ts';

const TYPES = PAYMENT_STATUSES.map((status): PaymentEventType => `payment.${status}`);

const id = z.string().regex(/^[!-~]{1,200}$/);

/** The event as it stands in the body. Unknown members are let pass: a provider may add some. */
export const testEventSchema = z.object({
  type: z.enum(TYPES as [PaymentEventType, ...PaymentEventType[]]),
  id,
  timestamp: z.iso.datetime({ offset: true }),
  data: z.object({
    paymentId: id,
    checkoutId: id,
    amount: z.int().min(0).max(MAX_AMOUNT_MINOR),
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
});

const otherEventSchema = z.object({ type: z.string().min(1).max(200) });

/** The value, or undefined for what is no JSON in UTF-8. */
function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** Throws when a secret is none: an empty key would accept everybody. */
export function createTestWebhooks(secrets: readonly string[]): ParseWebhook {
  const keys = secrets.map((secret) => {
    const key = webhookKey(secret);
    if (!key) throw new Error('WEBHOOK_SECRET: write whsec_<base64 of 24 to 64 random bytes>');
    return key;
  });
  if (keys.length === 0) throw new Error('WEBHOOK_SECRET is needed to check webhooks of the test provider');
  return (body, header, now) => {
    const fault = faultOfStandardWebhook({ keys }, body, header, now);
    if (fault !== undefined) return { kind: 'refused', reason: fault };
    const value = readJson(body);
    const parsed = testEventSchema.safeParse(value);
    if (parsed.success) {
      const { id: eventId, type, timestamp, data } = parsed.data;
      return { kind: 'event', event: { id: eventId, type, at: timestamp, ...data } };
    }
    const other = otherEventSchema.safeParse(value);
    if (other.success && !(TYPES as string[]).includes(other.data.type)) {
      return { kind: 'ignored', type: other.data.type };
    }
    return { kind: 'refused', reason: 'signed, but no event' };
  };
}
