/** The built-in test provider as its client sees it: JSON over HTTP, a deadline on every call, and idempotency keys. */
import { z } from 'zod';
import { PAYMENT_STATUSES, type Payment } from '../contract/payments.ts';
import { PaymentError, kindOfStatus } from './payment-error.ts';
import { type ParseWebhook, type PaymentProvider, paymentKey } from './payment-provider.ts';

export interface TestProviderOptions {
  /** Where the provider listens (PAYMENTS_URL). */
  url: string;
  parseWebhook: ParseWebhook;
  /** Ms until a call counts as lost. */
  timeoutMs?: number;
}

const paymentSchema = z.object({
  paymentId: z.string().min(1),
  checkoutId: z.string().min(1),
  status: z.enum(PAYMENT_STATUSES),
  amount: z.int(),
  currency: z.string(),
  redirectUrl: z.string().nullable(),
});

export function createTestProvider(options: TestProviderOptions): PaymentProvider {
  const { url, parseWebhook, timeoutMs = 5_000 } = options;

  async function exchange(method: string, path: string, key?: string, body?: object): Promise<Response> {
    try {
      return await fetch(new URL(path, url), {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new PaymentError('transient', 'The test provider does not answer', error);
    }
  }

  async function call(method: string, path: string, key?: string, body?: object): Promise<Payment> {
    const response = await exchange(method, path, key, body);
    const answer = (await response.json().catch(() => undefined)) as unknown;
    if (!response.ok) {
      throw new PaymentError(kindOfStatus(response.status), `The test provider answered ${response.status}`);
    }
    const parsed = paymentSchema.safeParse(answer);
    if (!parsed.success) throw new PaymentError('transient', 'The answer of the test provider broke off');
    return parsed.data;
  }

  async function find(checkoutId: string): Promise<Payment | undefined> {
    const response = await exchange('GET', `/payments?checkoutId=${encodeURIComponent(checkoutId)}`);
    const answer = z
      .object({ payments: z.array(paymentSchema) })
      .safeParse(await response.json().catch(() => undefined));
    if (!response.ok || !answer.success) {
      throw new PaymentError('transient', 'The test provider cannot be asked now');
    }
    return answer.data.payments[0];
  }

  const at = (paymentId: string) => `/payments/${encodeURIComponent(paymentId)}`;
  return {
    name: 'test',
    createPayment: (request) => call('POST', '/payments', paymentKey(request.checkoutId, 'payment'), request),
    findPayment: ({ checkoutId }) => find(checkoutId),
    getPayment: (paymentId) => call('GET', at(paymentId)),
    cancelPayment: (paymentId) => call('POST', `${at(paymentId)}/cancel`),
    refundPayment: ({ paymentId, checkoutId }) =>
      call('POST', `${at(paymentId)}/refund`, paymentKey(checkoutId, 'refund')),
    parseWebhook,
  };
}
