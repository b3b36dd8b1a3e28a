/** POST /webhooks/payments/{provider}: what a genuine event does, what it may not do, and who is genuine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordIntent } from '../../database/payments.ts';
import { eventually } from '../support/eventually.ts';
import { OTHER_WEBHOOK_SECRET, sign, signStripe, testEvent, WEBHOOK_SECRET } from '../support/payments.ts';
import { createPaymentApi, PATH, type PaymentApi } from './payment-api.ts';
import { createTestApi, expectProblem, type TestApi } from './test-api.ts';

let api: TestApi;
let shop: PaymentApi;
beforeAll(async () => {
  shop = await createPaymentApi();
  api = shop.api;
});
afterAll(() => api.close());

describe('a genuine event', () => {
  test('counts, is answered at once and told to its checkout', async () => {
    const checkoutId = await shop.newCheckout();
    const event = testEvent('payment.captured', checkoutId);
    const answer = await shop.post(shop.signed(event));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ outcome: 'applied', repeated: false });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await shop.statusOf(checkoutId)).toBe('captured');
    await eventually(() => shop.toldAbout(checkoutId).length === 1);
    expect(shop.toldAbout(checkoutId)[0]).toMatchObject({
      id: event.id,
      type: 'payment.captured',
      provider: 'test',
    });
  });

  test('counts once, however often and from however many sides it comes', async () => {
    const checkoutId = await shop.newCheckout();
    const event = testEvent('payment.captured', checkoutId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.post(shop.signed(event))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const news = answers.filter(({ text }) => text.includes('"repeated":false'));
    expect(news).toHaveLength(1);
    expect(await api.sql`SELECT FROM payment_events WHERE event_id = ${event.id}`).toHaveLength(1);
    await eventually(() => shop.toldAbout(checkoutId).length > 0);
    expect(await api.api.payments.deliverDue()).toBe(0);
    expect(shop.toldAbout(checkoutId)).toHaveLength(1);
  });

  test('of an unknown type is answered, and nothing is kept', async () => {
    expect((await shop.post(shop.signed({ type: 'customer.created', id: 'evt_other' }))).body).toEqual({
      outcome: 'ignored',
      repeated: false,
    });
    expect(await api.sql`SELECT FROM payment_events WHERE event_id = 'evt_other'`).toHaveLength(0);
  });

  test('before its payment is kept, answered with 2xx, and counts as soon as the payment is there', async () => {
    const checkoutId = 'co_early';
    const event = testEvent('payment.captured', checkoutId);
    expect((await shop.post(shop.signed(event))).body).toEqual({ outcome: 'unknown', repeated: false });
    expect((await shop.post(shop.signed(event))).body).toEqual({ outcome: 'unknown', repeated: true });
    expect(shop.toldAbout(checkoutId)).toEqual([]);
    const payment = await recordIntent(api.sql, {
      checkoutId,
      provider: 'test',
      amount: 1_999,
      currency: 'EUR',
    });
    expect(payment).toMatchObject({ status: 'captured', paymentId: event.data.paymentId });
    expect(await api.api.payments.deliverDue()).toBe(1);
    expect(shop.toldAbout(checkoutId)).toHaveLength(1);
  });

  test('that cannot be told is told later, once', async () => {
    const checkoutId = await shop.newCheckout();
    shop.ear.isDeaf = true;
    const event = testEvent('payment.captured', checkoutId);
    expect((await shop.post(shop.signed(event))).status).toBe(200);
    await eventually(() => api.logLines().some((line) => line.eventId === event.id));
    shop.ear.isDeaf = false;
    const due = api.sql`UPDATE payment_events SET next_attempt_at = now() WHERE event_id = ${event.id}`;
    await due;
    expect(await Promise.all([api.api.payments.deliverDue(), api.api.payments.deliverDue()])).toEqual(
      expect.arrayContaining([0, 1]),
    );
    expect(shop.toldAbout(checkoutId)).toHaveLength(1);
  });
});

describe('an event that does not fit its payment', () => {
  test.each([
    ['amount', { amount: 1 }],
    ['currency', { currency: 'USD' }],
    ['payment', { paymentId: 'pay_other' }],
  ])('in %s is refused, kept, and raises one alarm', async (what, changes) => {
    const checkoutId = await shop.newCheckout();
    await shop.post(shop.signed(testEvent('payment.created', checkoutId)));
    const event = testEvent('payment.captured', checkoutId, changes);
    for (const attempt of [1, 2]) {
      const answer = await shop.post(shop.signed(event));
      expectProblem(answer, 409, 'payment_mismatch');
      expect(answer.text, String(attempt)).not.toContain('1999');
    }
    expect(await shop.statusOf(checkoutId)).toBe('created');
    expect(await shop.alarmsAbout(checkoutId)).toEqual([
      { kind: 'payment_mismatch', facts: expect.objectContaining({ what }) as { what: string } },
    ]);
    expect(shop.toldAbout(checkoutId).map(({ type }) => type)).not.toContain('payment.captured');
  });

  test('because it pays for another checkout is refused: a payment cannot be moved to another order', async () => {
    const [cheap, dear] = [await shop.newCheckout(), await shop.newCheckout()];
    await shop.post(shop.signed(testEvent('payment.captured', cheap)));
    const moved = testEvent('payment.captured', dear, { paymentId: `pay_${cheap}` });
    expectProblem(await shop.post(shop.signed(moved)), 409, 'payment_mismatch');
    expect(await shop.statusOf(dear)).toBe('created');
    const nobody = testEvent('payment.captured', 'co_nobody', { paymentId: `pay_${cheap}` });
    expectProblem(await shop.post(shop.signed(nobody)), 409, 'payment_mismatch');
  });

  test('because another provider sent it is refused', async () => {
    const checkoutId = await shop.newCheckout('stripe');
    expectProblem(
      await shop.post(shop.signed(testEvent('payment.captured', checkoutId))),
      409,
      'payment_mismatch',
    );
  });

  test('because its id stood for something else raises an alarm, and the first stays', async () => {
    const checkoutId = await shop.newCheckout();
    await shop.post(shop.signed(testEvent('payment.failed', checkoutId, {}, 'evt_twofold')));
    const again = await shop.post(shop.signed(testEvent('payment.captured', checkoutId, {}, 'evt_twofold')));
    expect(again.body).toEqual({ outcome: 'applied', repeated: true });
    expect(await shop.statusOf(checkoutId)).toBe('failed');
    expect((await shop.alarmsAbout(checkoutId)).map(({ kind }) => kind)).toEqual(['payment_event_conflict']);
  });
});

describe('the route', () => {
  test('believes each secret of a rotation', async () => {
    const checkoutId = await shop.newCheckout();
    for (const secret of [OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET]) {
      const message = sign(testEvent('payment.created', checkoutId), api.clock.now, secret);
      expect((await shop.post(message)).status).toBe(200);
    }
  });

  test('needs no Content-Type, no Origin and no idempotency key, and minds none', async () => {
    const { body, headers } = shop.signed(testEvent('payment.created', await shop.newCheckout()));
    const odd = {
      ...headers,
      'content-type': 'text/plain',
      origin: 'https://elsewhere.example',
      'sec-fetch-site': 'cross-site',
      'idempotency-key': '\u{1}',
    };
    const { 'idempotency-key': _key, ...legal } = odd;
    expect((await shop.post({ body, headers: legal })).status).toBe(200);
  });

  test('takes Stripe’s events with Stripe’s signatures', async () => {
    const checkoutId = await shop.newCheckout('stripe');
    const event = {
      id: 'evt_stripe_1',
      object: 'event',
      created: 1_700_000_000,
      type: 'checkout.session.completed',
      data: {
        object: {
          id: 'cs_1',
          metadata: { checkoutId },
          payment_status: 'paid',
          status: 'complete',
          amount_total: 1_999,
          currency: 'eur',
        },
      },
    };
    const answer = await shop.post(signStripe(event, api.clock.now), '/webhooks/payments/stripe');
    expect(answer.body).toEqual({ outcome: 'applied', repeated: false });
    expect(await shop.statusOf(checkoutId)).toBe('captured');
    expectProblem(
      await shop.post(
        signStripe(event, api.clock.now, 'whsec_other_secret_0123'),
        '/webhooks/payments/stripe',
      ),
      401,
      'webhook_signature_invalid',
    );
  });

  test('signs for bytes, not for meaning: the same JSON with other spaces is another message', async () => {
    const { body, headers } = shop.signed(testEvent('payment.captured', await shop.newCheckout()));
    const spaced = JSON.stringify(JSON.parse(body) as object, null, 1);
    expectProblem(await shop.post({ body: spaced, headers }), 401, 'webhook_signature_invalid');
  });

  test('counts events by outcome', async () => {
    await shop.post(shop.signed(testEvent('payment.created', await shop.newCheckout())));
    expect(await api.metrics.collect()).toMatch(
      /cart_payment_events_total\{provider="test",outcome="applied"\} \d+/,
    );
  });

  test('is no place for anything but POST', async () => {
    expectProblem(await api.fetch(PATH), 405, 'method_not_allowed');
  });
});

test('an API without PostgreSQL answers 503, so that the provider sends the event again', async () => {
  const away = await createTestApi();
  await away.sql.end({ timeout: 0 });
  const answer = await away.fetch(PATH, {
    method: 'POST',
    ...sign(testEvent('payment.captured', 'co_away'), away.clock.now),
  });
  expectProblem(answer, 503, 'dependency_unavailable');
  await away.close().catch(() => undefined);
});
