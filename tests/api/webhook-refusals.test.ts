/** POST /webhooks/payments/{provider}: what cannot be verified is answered with the same words, and explained in the log alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Signed, sign, signStripe, testEvent, WEBHOOK_SECRET } from '../support/payments.ts';
import { createPaymentApi, type PaymentApi } from './payment-api.ts';
import { type Answer, expectProblem, type TestApi } from './test-api.ts';

let api: TestApi;
let shop: PaymentApi;
beforeAll(async () => {
  shop = await createPaymentApi();
  api = shop.api;
});
afterAll(() => api.close());

/** All that a sender sees of a refusal, but the request's id. */
const seen = ({ status, headers, text, body }: Answer) => ({
  status,
  text: text.replace(body.instance, 'ID'),
  headers: [...headers].filter(([name]) => name !== 'x-request-id'),
});

describe('what cannot be verified', () => {
  test('is answered with the same words, whatever is wrong', async () => {
    const event = testEvent('payment.captured', await shop.newCheckout());
    const good = shop.signed(event);
    const without = (name: string): Signed => {
      const { [name]: _gone, ...headers } = good.headers;
      return { ...good, headers };
    };
    const foreign = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const faults: [Signed, string?][] = [
      [without('webhook-id')],
      [without('webhook-timestamp')],
      [without('webhook-signature')],
      [{ ...good, body: `${good.body} ` }],
      [{ ...good, body: '' }],
      [sign(event, api.clock.now, foreign)],
      [sign(event, api.clock.now - 301_000)],
      [sign(event, api.clock.now + 301_000)],
      [sign('no JSON', api.clock.now)],
      [sign({ ...event, data: {} }, api.clock.now)],
      [good, '/webhooks/payments/nobody'],
      [good, '/webhooks/payments/stripe'],
      [good, '/webhooks/payments/__proto__'],
      [signStripe(event, api.clock.now)],
    ];
    const answers = await Promise.all(faults.map(([message, path]) => shop.post(message, path)));
    expectProblem(answers[0] as Answer, 401, 'webhook_signature_invalid');
    expect(new Set(answers.map((answer) => JSON.stringify(seen(answer)))).size).toBe(1);
    expect(await shop.statusOf(event.data.checkoutId)).toBe('created');
  });

  test('is explained in the log, without the secret or the signature', async () => {
    await shop.post({ body: '{}', headers: { 'webhook-id': 'a' } });
    const line = api.logLines().find(({ reason }) => reason === 'a header is missing');
    expect(line).toMatchObject({ route: 'POST /webhooks/payments/{provider}', status: 401 });
    expect(JSON.stringify(api.logLines())).not.toContain(WEBHOOK_SECRET.slice(6));
  });

  test('is not helped by any other credential', async () => {
    const headers = { authorization: 'Bearer x', cookie: '__Host-cart=x', 'cart-token': 'x' };
    expectProblem(await shop.post({ body: '{}', headers }), 401, 'webhook_signature_invalid');
  });
});
