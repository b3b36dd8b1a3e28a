/** Payment activities on a real PostgreSQL, with the test provider as a real process: one payment, whatever is repeated, lost or late. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPaymentActivities } from '../../activities/create-payment-activities.ts';
import { foldPaymentEvents } from '../../cart/payment-state.ts';
import { PAYMENT_STATUSES, type PaymentEvent } from '../../contract/payments.ts';
import { raiseAlarm, readOpenAlarms } from '../../database/alarms.ts';
import { recordIntent, recordPaymentEvent, requirePayment } from '../../database/payments.ts';
import type { PaymentRequest } from '../../payments/payment-provider.ts';
import { createTestProvider } from '../../payments/test-provider.ts';
import { createTestWebhooks } from '../../payments/test-webhooks.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testEvent, WEBHOOK_SECRET } from '../support/payments.ts';
import { createEar, type Ear, startTestPayments, type TestPayments } from '../support/test-payments.ts';

let shop: TestDatabase;
let ear: Ear;
let payments: TestPayments;
let serial = 0;

beforeAll(async () => {
  shop = await createTestDatabase();
  ear = await createEar();
  payments = await startTestPayments([ear.url]);
});
afterEach(() => putFaults({}));
afterAll(async () => {
  await payments?.remove();
  await ear?.close();
  await shop?.drop();
});

const activities = (url = payments.url) => {
  const test = createTestProvider({ url, parseWebhook: createTestWebhooks([WEBHOOK_SECRET]) });
  return createPaymentActivities({ sql: shop.sql, payments: { chosen: 'test', providers: { test } } });
};

const putFaults = (faults: object) =>
  payments.fetch('/faults', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });

const request = (testOutcome?: string): PaymentRequest => ({
  checkoutId: `co_act_${(serial += 1)}`,
  amount: 1_999,
  currency: 'EUR',
  ...(testOutcome === undefined ? {} : { testOutcome }),
});

const madeFor = async (checkoutId: string) =>
  ((await (await payments.fetch(`/payments?checkoutId=${checkoutId}`)).json()) as { payments: unknown[] })
    .payments;

const eventAbout = (
  type: PaymentEvent['type'],
  checkoutId: string,
  paymentId: string | null,
): PaymentEvent => {
  const { id, timestamp, data } = testEvent(type, checkoutId);
  return { ...data, id, type, at: timestamp, paymentId };
};

describe('createPayment', () => {
  test('makes one payment, also when ten try at once', async () => {
    const asked = request();
    const all = await Promise.all(Array.from({ length: 10 }, () => activities().createPayment(asked)));
    expect(new Set(all.map(({ paymentId }) => paymentId)).size).toBe(1);
    expect(await madeFor(asked.checkoutId)).toHaveLength(1);
    expect(all[0]).toMatchObject({ status: 'created', provider: 'test', amount: 1_999 });
    expect(all[0]?.redirectUrl).toContain('/pay/pay_');
  });

  test('after a lost answer finds the payment that was made', async () => {
    await putFaults({ lostAnswers: 1 });
    const asked = request('approve');
    await expect(activities().createPayment(asked)).rejects.toMatchObject({
      type: 'PaymentUnavailable',
      nonRetryable: false,
    });
    expect(await activities().createPayment(asked)).toMatchObject({ status: 'captured' });
    expect(await madeFor(asked.checkoutId)).toHaveLength(1);
  });

  test('never lets a checkout pay something else', async () => {
    const asked = request();
    await activities().createPayment(asked);
    await expect(activities().createPayment({ ...asked, amount: 1 })).rejects.toMatchObject({
      type: 'PaymentConflict',
      nonRetryable: true,
    });
  });

  test('knows what a webhook said while the answer was on its way', async () => {
    const asked = request();
    await recordPaymentEvent(shop.sql, 'test', eventAbout('payment.captured', asked.checkoutId, null));
    expect(await activities().createPayment(asked)).toMatchObject({ status: 'captured' });
  });

  test('refuses for good where the shop takes no payments', async () => {
    const none = createPaymentActivities({ sql: shop.sql, payments: { chosen: undefined, providers: {} } });
    await expect(none.createPayment(request())).rejects.toMatchObject({ type: 'PaymentRefused' });
  });
});

describe('pollPayment', () => {
  test('finds out what no webhook has told, and counts it once', async () => {
    const asked = request('delay:1');
    const { paymentId } = await activities().createPayment(asked);
    await payments.fetch(`/pay/${paymentId}`, {
      method: 'POST',
      body: new URLSearchParams({ choice: 'pay' }),
    });
    for (const _ of [1, 2]) {
      expect(await activities().pollPayment(asked.checkoutId)).toMatchObject({ status: 'captured' });
    }
    const events = await shop.sql<{ type: string; told: boolean }[]>`
      SELECT type, delivered_at IS NOT NULL AS told FROM payment_events
      WHERE checkout_id = ${asked.checkoutId} AND type = 'payment.captured'`;
    expect([...events]).toEqual([{ type: 'payment.captured', told: true }]);
  });

  test('of a provider that is away can be tried again', async () => {
    const asked = request();
    await activities().createPayment(asked);
    const away = activities('http://127.0.0.1:1').pollPayment(asked.checkoutId);
    await expect(away).rejects.toMatchObject({ type: 'PaymentUnavailable', nonRetryable: false });
  });
});

describe('cancelPayment', () => {
  test('cancels, twice the same; and finds a payment whose creation was interrupted', async () => {
    await putFaults({ lostAnswers: 1 });
    const asked = request();
    await activities()
      .createPayment(asked)
      .catch(() => undefined);
    expect(await requirePayment(shop.sql, asked.checkoutId)).toMatchObject({ paymentId: null });
    for (const _ of [1, 2]) {
      expect(await activities().cancelPayment(asked)).toMatchObject({ status: 'cancelled' });
    }
  });

  test('says that it is too late, and that there was nothing', async () => {
    const paid = request('approve');
    await activities().createPayment(paid);
    expect(await activities().cancelPayment(paid)).toMatchObject({ status: 'captured' });
    expect(await activities().cancelPayment(request())).toBeNull();
    const intended = request();
    await recordIntent(shop.sql, { ...intended, provider: 'test' });
    expect(await activities().cancelPayment(intended)).toBeNull();
  });
});

describe('refundPayment', () => {
  test('gives the money back once, ends the alarm about it, and refuses where there is none', async () => {
    const paid = request('approve');
    await activities().createPayment(paid);
    const both = await Promise.all([1, 2].map(() => activities().refundPayment(paid.checkoutId)));
    expect(both.map(({ status }) => status)).toEqual(['refunded', 'refunded']);
    await raiseAlarm(shop.sql, { kind: 'refund_failed', subject: paid.checkoutId, facts: {} });
    await activities().refundPayment(paid.checkoutId);
    expect(await readOpenAlarms(shop.sql)).toEqual([]);
    const open = request();
    await activities().createPayment(open);
    await expect(activities().refundPayment(open.checkoutId)).rejects.toMatchObject({
      type: 'PaymentRefused',
    });
  });
});

test('events of one payment, repeated, permuted and at once, end in the state of their set', {
  timeout: 120_000,
}, async () => {
  const types = fc.uniqueArray(fc.constantFrom(...PAYMENT_STATUSES), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(types, fc.integer({ min: 1, max: 3 }), fc.nat(5), async (statuses, times, early) => {
      const asked = request();
      const told = statuses.map((status) =>
        eventAbout(`payment.${status}`, asked.checkoutId, 'pay'.concat(asked.checkoutId)),
      );
      const all = Array.from({ length: times }, () => told).flat();
      const record = (event: PaymentEvent) => recordPaymentEvent(shop.sql, 'test', event);
      await Promise.all([
        ...all.slice(0, early).map(record),
        recordIntent(shop.sql, { ...asked, provider: 'test' }),
        ...all.slice(early).map(record),
      ]);
      const { status } = await requirePayment(shop.sql, asked.checkoutId);
      expect(status).toBe(foldPaymentEvents(told).status);
      const rows = await shop.sql`
        SELECT FROM payment_events WHERE checkout_id = ${asked.checkoutId} AND outcome = 'applied'`;
      expect(rows).toHaveLength(told.length);
    }),
    { numRuns: 60 },
  );
});
