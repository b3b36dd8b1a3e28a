/** Stripe behind the port, by Stripe's own library against a stand-in on loopback. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PaymentRequest } from '../../payments/payment-provider.ts';
import { readStripeEvent } from '../../payments/stripe-events.ts';
import { createStripeProvider } from '../../payments/stripe-provider.ts';
import { createStripeWebhooks } from '../../payments/stripe-webhooks.ts';
import { createFakeStripe, type FakeStripe } from '../support/fake-stripe.ts';
import { STRIPE_WEBHOOK_SECRET } from '../support/payments.ts';

let stripe: FakeStripe;
let serial = 0;
beforeAll(async () => {
  stripe = await createFakeStripe();
});
afterAll(() => stripe?.close());

const provider = (apiUrl = stripe.url) =>
  createStripeProvider({
    secretKey: 'sk_test_0123456789',
    apiUrl,
    timeoutMs: 2_000,
    parseWebhook: createStripeWebhooks([STRIPE_WEBHOOK_SECRET]),
  });

const request = (): PaymentRequest => ({
  checkoutId: `co_${(serial += 1)}`,
  amount: 1_999,
  currency: 'EUR',
  returnUrl: 'https://shop.example/return',
});

describe('a payment at Stripe', () => {
  test('is a hosted Checkout Session that carries the checkout everywhere', async () => {
    const asked = request();
    const payment = await provider().createPayment(asked);
    expect(payment).toMatchObject({
      checkoutId: asked.checkoutId,
      status: 'created',
      amount: 1_999,
      currency: 'EUR',
    });
    expect(payment.redirectUrl).toContain('https://checkout.stripe.example/');
    const call = stripe.calls.at(-1);
    const sent = Object.fromEntries(call?.form ?? []);
    expect(sent).toMatchObject({
      mode: 'payment',
      client_reference_id: asked.checkoutId,
      'metadata[checkoutId]': asked.checkoutId,
      'payment_intent_data[metadata][checkoutId]': asked.checkoutId,
      'line_items[0][price_data][unit_amount]': '1999',
      success_url: 'https://shop.example/return',
    });
    expect(call?.headers['idempotency-key']).toBe(`cartwright:${asked.checkoutId}:payment`);
    expect(JSON.stringify(sent)).not.toMatch(/card|number|cvc/);
  });

  test('is made once, also when the first answer is lost', async () => {
    const asked = request();
    // The library tries a cut connection once more by itself, with the same key.
    stripe.next.push('drop', 'drop');
    await expect(provider().createPayment(asked)).rejects.toMatchObject({ kind: 'transient' });
    const payment = await provider().createPayment(asked);
    expect(await provider().findPayment(asked)).toEqual(payment);
    const made = [...stripe.sessions.values()].filter((one) => one.client_reference_id === asked.checkoutId);
    expect(made).toHaveLength(1);
    await expect(provider().createPayment({ ...asked, amount: 1 })).rejects.toMatchObject({ kind: 'final' });
  });

  test('is captured once the shopper has paid, and then it cannot be cancelled', async () => {
    const { paymentId } = await provider().createPayment(request());
    stripe.pay(paymentId);
    expect(await provider().getPayment(paymentId)).toMatchObject({ status: 'captured', redirectUrl: null });
    expect((await provider().cancelPayment(paymentId)).status).toBe('captured');
  });

  test('is cancelled by expiring its session, twice the same', async () => {
    const { paymentId } = await provider().createPayment(request());
    for (const _ of [1, 2]) expect((await provider().cancelPayment(paymentId)).status).toBe('cancelled');
  });

  test('is refunded once, whoever has done it, and not before it is paid', async () => {
    const payment = await provider().createPayment(request());
    await expect(provider().refundPayment(payment)).rejects.toMatchObject({ kind: 'final' });
    stripe.pay(payment.paymentId);
    for (const _ of [1, 2]) expect((await provider().refundPayment(payment)).status).toBe('refunded');
    const other = await provider().createPayment(request());
    stripe.pay(other.paymentId);
    const charge = stripe.sessions.get(other.paymentId)?.payment_intent?.latest_charge;
    if (charge) charge.refunded = true;
    expect((await provider().refundPayment(other)).status).toBe('refunded');
  });

  test('needs a way back, and takes no test outcomes', async () => {
    const { returnUrl: _none, ...without } = request();
    await expect(provider().createPayment(without)).rejects.toMatchObject({ kind: 'final' });
    const asked = provider().createPayment({ ...request(), testOutcome: 'approve' });
    await expect(asked).rejects.toMatchObject({ kind: 'final' });
  });
});

describe('what goes wrong at Stripe', () => {
  test.each([
    [402, 'card_error', 'declined'],
    [400, 'invalid_request_error', 'final'],
    [401, 'invalid_request_error', 'final'],
    [409, 'idempotency_error', 'transient'],
    [429, 'rate_limit_error', 'transient'],
    [500, 'api_error', 'transient'],
    [503, 'api_error', 'transient'],
  ])('%d %s is %s, told without what Stripe wrote about a person', async (status, type, kind) => {
    stripe.next.push({ status, type });
    const failed = await provider()
      .createPayment(request())
      .catch((error: unknown) => error as Error);
    expect(failed).toMatchObject({ kind });
    expect((failed as Error).message).not.toContain('Jane');
  });

  test('nobody there is transient', async () => {
    const asked = provider('http://127.0.0.1:1').getPayment('cs_1');
    await expect(asked).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('an event of Stripe', () => {
  const session = (changes: object = {}) => ({
    id: 'cs_1',
    metadata: { checkoutId: 'co_1' },
    payment_status: 'paid',
    amount_total: 1_999,
    currency: 'eur',
    ...changes,
  });
  const read = (type: string, object: object) =>
    readStripeEvent({ id: 'evt_1', type, created: 1_700_000_000, data: { object } } as never);

  test.each([
    ['checkout.session.completed', session(), 'payment.captured'],
    ['checkout.session.completed', session({ payment_status: 'unpaid' }), 'payment.created'],
    ['checkout.session.async_payment_succeeded', session(), 'payment.captured'],
    ['checkout.session.async_payment_failed', session(), 'payment.failed'],
    ['checkout.session.expired', session(), 'payment.cancelled'],
  ])('%s of %j is %s', (type, object, expected) => {
    expect(read(type, object)).toMatchObject({
      kind: 'event',
      event: { type: expected, paymentId: 'cs_1', checkoutId: 'co_1', amount: 1_999, currency: 'EUR' },
    });
  });

  test('about a refund counts when all of it went back', () => {
    const charge = { metadata: { checkoutId: 'co_1' }, amount: 1_999, currency: 'eur', refunded: true };
    expect(read('charge.refunded', charge)).toMatchObject({
      event: { type: 'payment.refunded', paymentId: null, checkoutId: 'co_1' },
    });
    expect(read('charge.refunded', { ...charge, refunded: false }).kind).toBe('ignored');
  });

  test('that is not about a payment of this shop is ignored', () => {
    expect(read('customer.created', {}).kind).toBe('ignored');
    expect(read('payment_intent.payment_failed', session()).kind).toBe('ignored');
    expect(
      read('checkout.session.completed', session({ metadata: {}, client_reference_id: null })).kind,
    ).toBe('ignored');
    expect(read('charge.refunded', { metadata: {}, amount: 1, currency: 'eur', refunded: true }).kind).toBe(
      'ignored',
    );
  });
});
