/**
 * Where payment providers tell what happened. The signature over the raw bytes is the only credential: no cookie, no token, no key
 * of ours counts here. Whatever is wrong with a message, the sender reads the same words; the log says what it was.
 */
import { z } from '@hono/zod-openapi';
import { PAYMENT_PROVIDERS, type ProviderName } from '../../contract/payments.ts';
import type { WebhookReaders } from '../../payments/create-providers.ts';
import type { WebhookVerdict } from '../../payments/payment-provider.ts';
import { testEventSchema } from '../../payments/test-webhooks.ts';
import { type Call, defineRoute, type Router } from '../define-route.ts';
import type { ApiMetrics } from '../metrics.ts';
import type { PaymentInbox } from '../payment-inbox.ts';
import { Problem } from '../problem.ts';
import type { RateLimits } from '../rate/rate-limits.ts';
import { json } from '../reply.ts';

export interface WebhookParts {
  readers: WebhookReaders;
  inbox: PaymentInbox;
  /** Forged messages count against their address; genuine ones are as many as there are payments. */
  limits: Pick<RateLimits, 'countRefusedCredential'>;
  metrics: ApiMetrics;
  /** Epoch ms. */
  now: () => number;
}

/** Any name is let in: one that is not known is refused like a forged message, and tells nothing about which are. */
const params = z.object({
  provider: z
    .string()
    .openapi({ description: `One of ${PAYMENT_PROVIDERS.join(', ')}.`, examples: ['test'] }),
});

const receiptSchema = z
  .object({
    outcome: z.enum(['applied', 'unknown', 'ignored']).openapi({
      description:
        '`unknown`: no such payment yet; it is kept for the one that may come. `ignored`: nothing of ours.',
    }),
    repeated: z.boolean().openapi({ description: 'It had come before; nothing was done now.' }),
  })
  .openapi('WebhookReceipt');

/** Made anew here: what was made before the documentation's library was loaded cannot be documented. */
const eventSchema = z
  .object(testEventSchema.shape)
  .openapi('PaymentEvent') as unknown as z.ZodType<undefined>;

const isProvider = (name: string): name is ProviderName =>
  (PAYMENT_PROVIDERS as readonly string[]).includes(name);

function verdictOf(call: Call<{ provider: string }>, { readers, now }: WebhookParts): WebhookVerdict {
  const { provider } = call.params;
  const parse = isProvider(provider) ? readers[provider] : undefined;
  if (!parse) return { kind: 'refused', reason: 'this provider is not configured' };
  return parse(call.bytes, (name) => call.c.req.header(name), now());
}

const NO_STORE = { 'cache-control': 'no-store' };

async function answer(call: Call<{ provider: string }>, parts: WebhookParts) {
  const { inbox, limits, metrics } = parts;
  const { provider } = call.params;
  const verdict = verdictOf(call, parts);
  if (verdict.kind === 'refused' || !isProvider(provider)) {
    metrics.recordPaymentEvent('none', 'refused');
    await limits.countRefusedCredential(call.c, false);
    const cause = verdict.kind === 'refused' ? verdict.reason : 'unknown provider';
    throw new Problem('webhook_signature_invalid', undefined, { cause: new Error(cause) });
  }
  if (verdict.kind === 'ignored') {
    metrics.recordPaymentEvent(provider, 'ignored');
    return json(200, { outcome: 'ignored', repeated: false }, NO_STORE);
  }
  const { outcome, isRepeated } = await inbox.receive(provider, verdict.event);
  metrics.recordPaymentEvent(provider, isRepeated ? 'repeated' : outcome);
  if (outcome === 'mismatch') {
    throw new Problem('payment_mismatch', 'The event does not fit the payment of this checkout.');
  }
  return json(200, { outcome, repeated: isRepeated }, NO_STORE);
}

export function webhookRoutes(router: Router, parts: WebhookParts): void {
  defineRoute(
    router,
    {
      method: 'post',
      path: '/webhooks/payments/{provider}',
      operationId: 'receivePaymentEvent',
      tag: 'Webhooks',
      summary: 'A payment provider tells what happened',
      description:
        'The test provider signs as Standard Webhooks do (`webhook-id`, `webhook-timestamp`, `webhook-signature`), Stripe in its own way (`stripe-signature`). ' +
        'The time may be 300 s away. An event counts once, however often it comes; send it again until the answer is 2xx.',
      access: 'webhook',
      params,
      body: eventSchema,
      answers: { 200: { description: 'The event is safe; do not send it again.', schema: receiptSchema } },
      errors: ['payment_mismatch'],
    },
    (call) => answer(call, parts),
  );
}
