/** What a shopper sees of a checkout comes from PostgreSQL: no worker is asked, and where PostgreSQL has nothing, the workflow is. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CheckoutShop, createCheckoutShop } from '../support/checkout-shop.ts';
import { eventually } from '../support/eventually.ts';

let shop: CheckoutShop;

beforeAll(async () => {
  shop = await createCheckoutShop();
});

afterAll(async () => {
  await shop.close();
});

/** Without the token, which says until when it is good: each answer has its own. */
const lasting = (body: object): object => ({ ...body, orderToken: expect.any(String) });

test('while no worker runs, whoever comes back finds the checkout and the page to pay on', async () => {
  const shopper = await shop.guest();
  const key = randomUUID();
  await shopper.begin({ testOutcome: 'never' }, { key, version: 1 });
  const begun = lasting(await shopper.untilStatus('pending'));
  await shop.temporal.stopWorker();
  try {
    const found = await shopper.checkout();
    expect(found).toMatchObject({ status: 200, body: begun });
    expect(found.body.payment?.redirectUrl).toContain('http');
    const again = await shopper.begin({ testOutcome: 'never' }, { key, version: 1 });
    expect(again).toMatchObject({ status: 201, body: begun });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  } finally {
    await shop.temporal.startWorker();
  }
  expect((await shopper.cancel()).body.status).toBe('cancelled');
});

test('a checkout given up while no worker runs is given up once there is one', async () => {
  const shopper = await shop.guest();
  await shopper.begin({ testOutcome: 'never' });
  await shop.temporal.stopWorker();
  const givenUp = shopper.cancel();
  await shop.temporal.startWorker();
  expect([200, 202]).toContain((await givenUp).status);
  expect((await shopper.untilStatus('cancelled')).heldUntil).toBeNull();
  expect((await shopper.untilActive()).version).toBe(3);
});

test('what the provider says on the way is shown, while the checkout waits for the money', async () => {
  const shopper = await shop.guest();
  const { body } = await shopper.begin({ testOutcome: 'never' });
  await shop.emit({ type: 'payment.authorized', checkoutId: body.id });
  const seen = await eventually(
    async () => {
      const { status, payment } = (await shopper.checkout()).body;
      return payment?.status === 'authorized' && status;
    },
    { within: 10_000 },
  );
  expect(seen).toBe('pending');
  await shop.emit({ type: 'payment.captured', checkoutId: body.id });
  expect((await shopper.untilStatus('completed')).payment?.status).toBe('captured');
});

test('a checkout whose row is lost is told by its workflow', async () => {
  const shopper = await shop.guest();
  const { body } = await shopper.begin({ testOutcome: 'never' });
  await shop.temporal.sql`DELETE FROM checkouts WHERE checkout_id = ${body.id}`;
  expect((await shopper.checkout()).body).toMatchObject(lasting(body));
  expect((await shopper.cancel()).body.status).toBe('cancelled');
});
