/** POST /webhooks/payments/{provider}: who is believed, what an event does, and what is never told. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DueEvent } from '../../database/payment-deliveries.ts';
import { recordIntent } from '../../database/payments.ts';
import { eventually } from '../support/eventually.ts';
import {
  OTHER_WEBHOOK_SECRET,
  type Signed,
  sign,
  signStripe,
  STRIPE_WEBHOOK_SECRET,
  testEvent,
  WEBHOOK_SECRET,
} from '../support/payments.ts';
import { type Answer, createTestApi, expectProblem, type TestApi } from './test-api.ts';

let api: TestApi;
/** What the checkouts were told; `fail` makes the telling fail. */
const told: DueEvent[] = [];
let fail: (event: DueEvent) => boolean = () => false;
let serial = 0;

beforeAll(async () => {
  api = await createTestApi({
    environment: {
      WEBHOOK_SECRET: `${OTHER_WEBHOOK_SECRET},${WEBHOOK_SECRET}`,
      STRIPE_WEBHOOK_SECRET,
    },
    dependencies: {
      onPaymentEvent: (event) => {
        if (fail(event)) return Promise.reject(new Error('Temporal is away'));
        told.push(event);
        return Promise.resolve();
      },
    },
  });
});
afterEach(() => {
  fail = () => false;
});
afterAll(async () => {
  await api?.close();
});

const PATH = '/webhooks/payments/test';
const post = ({ body, headers }: Signed, path = PATH) => api.fetch(path, { method: 'POST', body, headers });
const signed = (event: object | string) => sign(event, api.clock.now);

/** A checkout that is to pay 19.99 EUR. */
async function newCheckout(provider: 'test' | 'stripe' = 'test'): Promise<string> {
  const checkoutId = `co_${(serial += 1)}`;
  await recordIntent(api.sql, { checkoutId, provider, amount: 1_999, currency: 'EUR' });
  return checkoutId;
}

const statusOf = async (checkoutId: string): Promise<string | undefined> =>
  (await api.sql<{ status: string }[]>`SELECT status FROM payments WHERE checkout_id = ${checkoutId}`)[0]
    ?.status;

const alarmsAbout = async (checkoutId: string) =>
  await api.sql<{ kind: string; facts: { what: string } }[]>`
    SELECT kind, facts FROM alarms WHERE facts::text LIKE ${`%"${checkoutId}"%`}`;

const toldAbout = (checkoutId: string) => told.filter((event) => event.checkoutId === checkoutId);

describe('a genuine event', () => {
  test('counts, is answered at once and told to its checkout', async () => {
    const checkoutId = await newCheckout();
    const event = testEvent('payment.captured', checkoutId);
    const answer = await post(signed(event));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ outcome: 'applied', repeated: false });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await statusOf(checkoutId)).toBe('captured');
    await eventually(() => toldAbout(checkoutId).length === 1);
    expect(toldAbout(checkoutId)[0]).toMatchObject({
      id: event.id,
      type: 'payment.captured',
      provider: 'test',
    });
  });

  test('counts once, however often and from however many sides it comes', async () => {
    const checkoutId = await newCheckout();
    const event = testEvent('payment.captured', checkoutId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(signed(event))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const news = answers.filter(({ text }) => text.includes('"repeated":false'));
    expect(news).toHaveLength(1);
    expect(await api.sql`SELECT FROM payment_events WHERE event_id = ${event.id}`).toHaveLength(1);
    await eventually(() => toldAbout(checkoutId).length > 0);
    expect(await api.api.payments.deliverDue()).toBe(0);
    expect(toldAbout(checkoutId)).toHaveLength(1);
  });

  test('of an unknown type is answered, and nothing is kept', async () => {
    expect((await post(signed({ type: 'customer.created', id: 'evt_other' }))).body).toEqual({
      outcome: 'ignored',
      repeated: false,
    });
    expect(await api.sql`SELECT FROM payment_events WHERE event_id = 'evt_other'`).toHaveLength(0);
  });

  test('before its payment is kept, answered with 2xx, and counts as soon as the payment is there', async () => {
    const checkoutId = 'co_early';
    const event = testEvent('payment.captured', checkoutId);
    expect((await post(signed(event))).body).toEqual({ outcome: 'unknown', repeated: false });
    expect((await post(signed(event))).body).toEqual({ outcome: 'unknown', repeated: true });
    expect(toldAbout(checkoutId)).toEqual([]);
    const payment = await recordIntent(api.sql, {
      checkoutId,
      provider: 'test',
      amount: 1_999,
      currency: 'EUR',
    });
    expect(payment).toMatchObject({ status: 'captured', paymentId: event.data.paymentId });
    expect(await api.api.payments.deliverDue()).toBe(1);
    expect(toldAbout(checkoutId)).toHaveLength(1);
  });

  test('that cannot be told is told later, once', async () => {
    const checkoutId = await newCheckout();
    fail = () => true;
    const event = testEvent('payment.captured', checkoutId);
    expect((await post(signed(event))).status).toBe(200);
    await eventually(() => api.logLines().some((line) => line.eventId === event.id));
    fail = () => false;
    const due = api.sql`UPDATE payment_events SET next_attempt_at = now() WHERE event_id = ${event.id}`;
    await due;
    expect(await Promise.all([api.api.payments.deliverDue(), api.api.payments.deliverDue()])).toEqual(
      expect.arrayContaining([0, 1]),
    );
    expect(toldAbout(checkoutId)).toHaveLength(1);
  });
});

describe('an event that does not fit its payment', () => {
  test.each([
    ['amount', { amount: 1 }],
    ['currency', { currency: 'USD' }],
    ['payment', { paymentId: 'pay_other' }],
  ])('in %s is refused, kept, and raises one alarm', async (what, changes) => {
    const checkoutId = await newCheckout();
    await post(signed(testEvent('payment.created', checkoutId)));
    const event = testEvent('payment.captured', checkoutId, changes);
    for (const attempt of [1, 2]) {
      const answer = await post(signed(event));
      expectProblem(answer, 409, 'payment_mismatch');
      expect(answer.text, String(attempt)).not.toContain('1999');
    }
    expect(await statusOf(checkoutId)).toBe('created');
    expect(await alarmsAbout(checkoutId)).toEqual([
      { kind: 'payment_mismatch', facts: expect.objectContaining({ what }) as { what: string } },
    ]);
    expect(toldAbout(checkoutId).map(({ type }) => type)).not.toContain('payment.captured');
  });

  test('because it pays for another checkout is refused: a payment cannot be moved to another order', async () => {
    const [cheap, dear] = [await newCheckout(), await newCheckout()];
    await post(signed(testEvent('payment.captured', cheap)));
    const moved = testEvent('payment.captured', dear, { paymentId: `pay_${cheap}` });
    expectProblem(await post(signed(moved)), 409, 'payment_mismatch');
    expect(await statusOf(dear)).toBe('created');
    const nobody = testEvent('payment.captured', 'co_nobody', { paymentId: `pay_${cheap}` });
    expectProblem(await post(signed(nobody)), 409, 'payment_mismatch');
  });

  test('because another provider sent it is refused', async () => {
    const checkoutId = await newCheckout('stripe');
    expectProblem(await post(signed(testEvent('payment.captured', checkoutId))), 409, 'payment_mismatch');
  });

  test('because its id stood for something else raises an alarm, and the first stays', async () => {
    const checkoutId = await newCheckout();
    await post(signed(testEvent('payment.failed', checkoutId, {}, 'evt_twofold')));
    const again = await post(signed(testEvent('payment.captured', checkoutId, {}, 'evt_twofold')));
    expect(again.body).toEqual({ outcome: 'applied', repeated: true });
    expect(await statusOf(checkoutId)).toBe('failed');
    expect((await alarmsAbout(checkoutId)).map(({ kind }) => kind)).toEqual(['payment_event_conflict']);
  });
});

/** All that a sender sees of a refusal, but the request's id. */
const seen = ({ status, headers, text, body }: Answer) => ({
  status,
  text: text.replace(body.instance, 'ID'),
  headers: [...headers].filter(([name]) => name !== 'x-request-id'),
});

describe('what cannot be verified', () => {
  test('is answered with the same words, whatever is wrong', async () => {
    const event = testEvent('payment.captured', await newCheckout());
    const good = signed(event);
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
    const answers = await Promise.all(faults.map(([message, path]) => post(message, path)));
    expectProblem(answers[0] as Answer, 401, 'webhook_signature_invalid');
    expect(new Set(answers.map((answer) => JSON.stringify(seen(answer)))).size).toBe(1);
    expect(await statusOf(event.data.checkoutId)).toBe('created');
  });

  test('is explained in the log, without the secret or the signature', async () => {
    await post({ body: '{}', headers: { 'webhook-id': 'a' } });
    const line = api.logLines().find(({ reason }) => reason === 'a header is missing');
    expect(line).toMatchObject({ route: 'POST /webhooks/payments/{provider}', status: 401 });
    expect(JSON.stringify(api.logLines())).not.toContain(WEBHOOK_SECRET.slice(6));
  });

  test('is not helped by any other credential', async () => {
    const headers = { authorization: 'Bearer x', cookie: '__Host-cart=x', 'cart-token': 'x' };
    expectProblem(await post({ body: '{}', headers }), 401, 'webhook_signature_invalid');
  });
});

describe('the route', () => {
  test('believes each secret of a rotation', async () => {
    const checkoutId = await newCheckout();
    for (const secret of [OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET]) {
      const message = sign(testEvent('payment.created', checkoutId), api.clock.now, secret);
      expect((await post(message)).status).toBe(200);
    }
  });

  test('needs no Content-Type, no Origin and no idempotency key, and minds none', async () => {
    const { body, headers } = signed(testEvent('payment.created', await newCheckout()));
    const odd = {
      ...headers,
      'content-type': 'text/plain',
      origin: 'https://elsewhere.example',
      'sec-fetch-site': 'cross-site',
      'idempotency-key': '\u{1}',
    };
    const { 'idempotency-key': _key, ...legal } = odd;
    expect((await post({ body, headers: legal })).status).toBe(200);
  });

  test('takes Stripe’s events with Stripe’s signatures', async () => {
    const checkoutId = await newCheckout('stripe');
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
    const answer = await post(signStripe(event, api.clock.now), '/webhooks/payments/stripe');
    expect(answer.body).toEqual({ outcome: 'applied', repeated: false });
    expect(await statusOf(checkoutId)).toBe('captured');
    expectProblem(
      await post(signStripe(event, api.clock.now, 'whsec_other_secret_0123'), '/webhooks/payments/stripe'),
      401,
      'webhook_signature_invalid',
    );
  });

  test('signs for bytes, not for meaning: the same JSON with other spaces is another message', async () => {
    const { body, headers } = signed(testEvent('payment.captured', await newCheckout()));
    const spaced = JSON.stringify(JSON.parse(body) as object, null, 1);
    expectProblem(await post({ body: spaced, headers }), 401, 'webhook_signature_invalid');
  });

  test('counts events by outcome', async () => {
    await post(signed(testEvent('payment.created', await newCheckout())));
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
