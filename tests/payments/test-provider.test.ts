/** The test provider as a real process, through the shop's own adapter: outcomes, faults, deliveries, and what survives a kill. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PaymentRequest } from '../../payments/payment-provider.ts';
import { createTestProvider } from '../../payments/test-provider.ts';
import { createTestWebhooks } from '../../payments/test-webhooks.ts';
import { eventually } from '../support/eventually.ts';
import { WEBHOOK_SECRET } from '../support/payments.ts';
import {
  createEar,
  type Ear,
  type Heard,
  startTestPayments,
  type TestPayments,
} from '../support/test-payments.ts';

let ear: Ear;
let payments: TestPayments;
let serial = 0;
const parseWebhook = createTestWebhooks([WEBHOOK_SECRET]);
const provider = () => createTestProvider({ url: payments.url, parseWebhook });

beforeAll(async () => {
  ear = await createEar();
  payments = await startTestPayments([ear.url]);
});
afterEach(async () => {
  ear.answer = () => 200;
  await putFaults({});
});
afterAll(async () => {
  await payments?.remove();
  await ear?.close();
});

const request = (testOutcome?: string): PaymentRequest => ({
  checkoutId: `co_${(serial += 1)}`,
  amount: 1_999,
  currency: 'EUR',
  ...(testOutcome === undefined ? {} : { testOutcome }),
});

const json = (method: string, body: object): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const putFaults = (faults: object) => payments.fetch('/faults', json('PUT', faults));

const judge = ({ body, headers }: Heard) =>
  parseWebhook(body, (name) => headers[name] as string | undefined, Date.now());

/** Types of the genuine events about a checkout, in the order in which they came. */
const typesAbout = (checkoutId: string): string[] =>
  ear.heard
    .filter(({ event }) => event.data.checkoutId === checkoutId)
    .filter((heard) => judge(heard).kind === 'event')
    .map(({ event }) => event.type);

const untilHeard = (checkoutId: string, type: string) =>
  eventually(() => typesAbout(checkoutId).includes(type), { within: 20_000 });

describe('an outcome that was asked for', () => {
  test.each([
    ['approve', 'captured', 'payment.captured'],
    ['decline', 'failed', 'payment.failed'],
    ['delay:50', 'captured', 'payment.captured'],
  ])('%s ends as %s, told by a signed event', async (outcome, status, type) => {
    const asked = request(outcome);
    const { paymentId } = await provider().createPayment(asked);
    await untilHeard(asked.checkoutId, type);
    expect(await provider().getPayment(paymentId)).toMatchObject({
      status,
      amount: 1_999,
      redirectUrl: null,
    });
    await untilHeard(asked.checkoutId, 'payment.created');
  });

  test('never stays open', async () => {
    const asked = request('never');
    const { paymentId, redirectUrl } = await provider().createPayment(asked);
    await untilHeard(asked.checkoutId, 'payment.created');
    expect(await provider().getPayment(paymentId)).toMatchObject({ status: 'created' });
    expect(redirectUrl).toBe(`${payments.url}/pay/${paymentId}`);
  });
});

describe('a payment', () => {
  test('is made once, however often and at once it is asked for', async () => {
    const asked = request('approve');
    const all = await Promise.all(Array.from({ length: 10 }, () => provider().createPayment(asked)));
    expect(new Set(all.map(({ paymentId }) => paymentId)).size).toBe(1);
    await expect(provider().createPayment({ ...asked, amount: 1 })).rejects.toMatchObject({ kind: 'final' });
    await untilHeard(asked.checkoutId, 'payment.captured');
    expect(typesAbout(asked.checkoutId).toSorted()).toEqual(['payment.captured', 'payment.created']);
  });

  test('whose answer is lost is found again', async () => {
    await putFaults({ lostAnswers: 1 });
    const asked = request();
    await expect(provider().createPayment(asked)).rejects.toMatchObject({ kind: 'transient' });
    const found = await provider().findPayment(asked);
    expect(await provider().createPayment(asked)).toEqual(found);
    expect(await provider().findPayment({ ...asked, checkoutId: 'co_none' })).toBeUndefined();
  });

  test('can be cancelled while it is open, and stays paid when it is paid', async () => {
    const open = await provider().createPayment(request());
    for (const _ of [1, 2]) expect((await provider().cancelPayment(open.paymentId)).status).toBe('cancelled');
    const paid = await provider().createPayment(request('approve'));
    expect((await provider().cancelPayment(paid.paymentId)).status).toBe('captured');
    await expect(provider().cancelPayment('pay_none')).rejects.toMatchObject({ kind: 'final' });
  });

  test('is refunded once, and only when it was paid', async () => {
    const paid = await provider().createPayment(request('approve'));
    const both = await Promise.all([provider().refundPayment(paid), provider().refundPayment(paid)]);
    expect(both.map(({ status }) => status)).toEqual(['refunded', 'refunded']);
    await untilHeard(paid.checkoutId, 'payment.refunded');
    expect(typesAbout(paid.checkoutId).filter((type) => type === 'payment.refunded')).toHaveLength(1);
    const open = await provider().createPayment(request());
    await expect(provider().refundPayment(open)).rejects.toMatchObject({ kind: 'final' });
  });

  test('of a provider that is out of order can be asked for again', async () => {
    await putFaults({ unavailable: 1 });
    const asked = request();
    await expect(provider().createPayment(asked)).rejects.toMatchObject({ kind: 'transient' });
    expect((await provider().createPayment(asked)).status).toBe('created');
    const nowhere = createTestProvider({ url: 'http://127.0.0.1:1', parseWebhook });
    await expect(nowhere.getPayment('pay_1')).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('events', () => {
  test('come until the shop answers 2xx', async () => {
    let refusals = 3;
    ear.answer = () => (refusals-- > 0 ? 503 : 200);
    const asked = request();
    await provider().createPayment(asked);
    await eventually(() => typesAbout(asked.checkoutId).length === 4, { within: 20_000 });
    await eventually(async () => {
      const { events } = (await (await payments.fetch('/events')).json()) as {
        events: { event: { data: { checkoutId: string } }; isDelivered: boolean; attempts: number }[];
      };
      const sent = events.find(({ event }) => event.data.checkoutId === asked.checkoutId);
      return sent?.isDelivered === true && sent.attempts === 4;
    });
  });

  test('come several times, out of order and among forgeries when they are told to', async () => {
    await putFaults({ duplicates: 2, shuffleMs: 100, forgeries: 1 });
    const asked = request('approve');
    await provider().createPayment(asked);
    await eventually(() => typesAbout(asked.checkoutId).length === 6, { within: 20_000 });
    const about = ear.heard.filter(({ event }) => event.data.checkoutId === asked.checkoutId);
    const genuine = about.filter((heard) => judge(heard).kind === 'event');
    expect(new Set(genuine.map(({ event }) => event.id)).size).toBe(2);
    await eventually(() => ear.heard.some((heard) => judge(heard).kind === 'refused'));
  });

  test('of any kind can be emitted, signed and mis-signed, and the shop’s answers are shown', async () => {
    const { paymentId, checkoutId } = await provider().createPayment(request());
    ear.answer = (heard) => (judge(heard).kind === 'refused' ? 401 : 200);
    const signatures = ['valid', 'wrongSecret', 'tampered', 'old', 'future', 'missing', 'garbage'];
    const events = signatures.map((signature) => ({
      type: 'payment.captured',
      data: { paymentId },
      signature,
    }));
    const answer = await payments.fetch('/events', json('POST', { events }));
    const { deliveries } = (await answer.json()) as { deliveries: { signature: string; status: number }[] };
    expect(deliveries.map(({ signature, status }) => [signature, status])).toEqual(
      signatures.map((signature) => [signature, signature === 'valid' ? 200 : 401]),
    );
    const [genuine] = ear.heard.filter(
      (heard) => heard.event.type === 'payment.captured' && heard.event.data.checkoutId === checkoutId,
    );
    expect(genuine?.event.data).toEqual({ paymentId, checkoutId, amount: 1_999, currency: 'EUR' });
    expect((await payments.fetch('/events', json('POST', { type: 1 }))).status).toBe(422);
  });
});

describe('killed', () => {
  test('in the middle, it knows its payments, keeps its keys, and delivers and decides what was still to do', async () => {
    ear.answer = () => 503;
    const [paid, delayed] = [request('approve'), request('delay:400')];
    const before = await provider().createPayment(paid);
    await provider().createPayment(delayed);
    await payments.kill();
    ear.heard.length = 0;
    ear.answer = () => 200;
    await payments.start();
    expect(await provider().createPayment(paid)).toMatchObject({
      paymentId: before.paymentId,
      status: 'captured',
    });
    await untilHeard(paid.checkoutId, 'payment.captured');
    await untilHeard(delayed.checkoutId, 'payment.captured');
  });
});

describe('the page', () => {
  const choose = (paymentId: string, choice: string) =>
    payments.fetch(`/pay/${paymentId}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `choice=${choice}`,
    });

  test.each([
    ['pay', 'captured'],
    ['decline', 'failed'],
    ['close', 'created'],
  ])('%s leaves the payment %s and goes back to the shop', async (choice, status) => {
    const returnUrl = 'https://shop.example/checkout/return?a=1';
    const { paymentId, redirectUrl } = await provider().createPayment({ ...request(), returnUrl });
    const page = await fetch(redirectUrl ?? '');
    expect(await page.text()).toContain('€19.99');
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' https://shop.example;");
    const answer = await choose(paymentId, choice);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, returnUrl]);
    expect((await provider().getPayment(paymentId)).status).toBe(status);
  });

  test('says the result itself where there is no way back, and shows nobody else’s text as code', async () => {
    const { paymentId } = await provider().createPayment({
      ...request(),
      description: '<script>alert(1)</script>',
    });
    expect(await (await payments.fetch(`/pay/${paymentId}`)).text()).toContain('&lt;script&gt;');
    expect((await choose(paymentId, 'pay')).headers.get('location')).toBe(`/pay/${paymentId}`);
    expect(await (await payments.fetch(`/pay/${paymentId}`)).text()).toContain('Paid');
    expect((await payments.fetch('/pay/pay_none')).status).toBe(404);
    expect((await payments.fetch('/')).status).toBe(200);
  });

  test('sends nobody to an address that is no web page', async () => {
    const asked = provider().createPayment({ ...request(), returnUrl: 'javascript:alert(1)' });
    await expect(asked).rejects.toMatchObject({ kind: 'final' });
  });
});
