/** The API under test with both payment providers on, checkouts that are to pay, and an ear for what checkouts are told. */
import type { DueEvent } from '../../database/payment-deliveries.ts';
import { recordIntent } from '../../database/payments.ts';
import {
  OTHER_WEBHOOK_SECRET,
  type Signed,
  sign,
  STRIPE_WEBHOOK_SECRET,
  WEBHOOK_SECRET,
} from '../support/payments.ts';
import { type Answer, createTestApi, type TestApi } from './test-api.ts';

export const PATH = '/webhooks/payments/test';

export interface PaymentApi {
  api: TestApi;
  /** What the checkouts were told. */
  told: DueEvent[];
  /** While true, telling a checkout fails. */
  ear: { isDeaf: boolean };
  /** A checkout that is to pay 19.99 EUR. */
  newCheckout(provider?: 'test' | 'stripe'): Promise<string>;
  post(message: Signed, path?: string): Promise<Answer>;
  /** Signed now, with the secret that is about to be replaced. */
  signed(event: object | string): Signed;
  statusOf(checkoutId: string): Promise<string | undefined>;
  alarmsAbout(checkoutId: string): Promise<{ kind: string; facts: { what: string } }[]>;
  toldAbout(checkoutId: string): DueEvent[];
}

/** Close its `api`. */
export async function createPaymentApi(): Promise<PaymentApi> {
  const told: DueEvent[] = [];
  const ear = { isDeaf: false };
  let serial = 0;
  const api = await createTestApi({
    environment: { WEBHOOK_SECRET: `${OTHER_WEBHOOK_SECRET},${WEBHOOK_SECRET}`, STRIPE_WEBHOOK_SECRET },
    dependencies: {
      onPaymentEvent: (event) => {
        if (ear.isDeaf) return Promise.reject(new Error('Temporal is away'));
        told.push(event);
        return Promise.resolve();
      },
    },
  });
  return {
    api,
    told,
    ear,
    async newCheckout(provider = 'test') {
      const checkoutId = `co_${(serial += 1)}`;
      await recordIntent(api.sql, { checkoutId, provider, amount: 1_999, currency: 'EUR' });
      return checkoutId;
    },
    post: ({ body, headers }, path = PATH) => api.fetch(path, { method: 'POST', body, headers }),
    signed: (event) => sign(event, api.clock.now),
    async statusOf(checkoutId) {
      const [row] = await api.sql<{ status: string }[]>`
        SELECT status FROM payments WHERE checkout_id = ${checkoutId}`;
      return row?.status;
    },
    alarmsAbout: async (checkoutId) =>
      await api.sql<{ kind: string; facts: { what: string } }[]>`
        SELECT kind, facts FROM alarms WHERE facts::text LIKE ${`%"${checkoutId}"%`}`,
    toldAbout: (checkoutId) => told.filter((event) => event.checkoutId === checkoutId),
  };
}
