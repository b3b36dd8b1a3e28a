/** One cart, one checkout, one payment, one order: whoever asks how often, and in whatever order the provider speaks. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CheckoutShop, createCheckoutShop, type Shopper } from '../support/checkout-shop.ts';
import { checkStock } from '../support/checkouts.ts';
import { eventually } from '../support/eventually.ts';

let shop: CheckoutShop;

beforeAll(async () => {
  shop = await createCheckoutShop();
});

afterAll(async () => {
  await shop.close();
});

const untilEnd = (shopper: Shopper) =>
  eventually(
    async () => {
      const { body } = await shopper.checkout();
      return ['preparing', 'pending', 'paid'].includes(body.status) ? false : body;
    },
    { within: 30_000 },
  );

async function countOf(checkoutId: string) {
  const { sql } = shop.temporal;
  const found = await shop.provider.fetch(`/payments?checkoutId=${checkoutId}`);
  const { payments } = (await found.json()) as { payments: unknown[] };
  const [row] = await sql`SELECT count(*)::int AS orders FROM orders WHERE checkout_id = ${checkoutId}`;
  return { orders: row?.orders, payments: payments.length };
}

describe('a checkout that is begun again', () => {
  test('by the same key is the same, and says so', async () => {
    const shopper = await shop.guest();
    const key = randomUUID();
    const first = await shopper.begin({ testOutcome: 'never' }, { key, version: 1 });
    const again = await shopper.begin({ testOutcome: 'never', expectedTotal: 1_999 }, { key, version: 1 });
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    await shopper.cancel();
  });

  test('by the same key for something else is refused', async () => {
    const shopper = await shop.guest();
    const key = randomUUID();
    await shopper.begin({ testOutcome: 'never' }, { key, version: 1 });
    const other = await shopper.begin({ testOutcome: 'never', expectedTotal: 5 }, { key, version: 1 });
    expect(other.body.code).toBe('idempotency_key_reused');
    await shopper.cancel();
  });

  test('after its order answers with the order', async () => {
    const shopper = await shop.guest();
    const key = randomUUID();
    await shopper.begin({}, { key, version: 1 });
    const { orderId, id } = await untilEnd(shopper);
    expect(orderId).not.toBeNull();
    for (const again of [key, randomUUID()]) {
      const answer = await shopper.begin({ expectedTotal: 1_999 }, { key: again, version: 1 });
      expect(answer.body, answer.text).toMatchObject({ id, orderId, status: 'completed' });
    }
    expect(await countOf(id)).toEqual({ orders: 1, payments: 1 });
  });

  test.each([1, 2, 3])('ten times at once comes to one order and one payment (%i)', async () => {
    const shopper = await shop.guest(['T-B', 1]);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => shopper.begin({ expectedTotal: 4_995 }, { version: 1 })),
    );
    const begun = answers.filter(({ status }) => status < 300);
    expect(begun.length).toBeGreaterThan(0);
    const [id, ...others] = new Set(begun.map(({ body }) => body.id));
    expect(others).toEqual([]);
    expect(await untilEnd(shopper)).toMatchObject({ id, status: 'completed' });
    expect(await countOf(id ?? '')).toEqual({ orders: 1, payments: 1 });
    await checkStock(shop.temporal.sql);
  });
});

describe('events of the provider', () => {
  const captured = ['payment.created', 'payment.authorized', 'payment.captured'];
  const orders = [
    captured,
    [...captured].reverse(),
    ['payment.failed', ...captured],
    [...captured, 'payment.failed', 'payment.captured'],
  ];

  test.each(orders.map((types) => [types.join(', '), types] as const))(
    'in the order %s, each of them twice, come to one order',
    async (_name, types) => {
      const shopper = await shop.guest();
      const { body } = await shopper.begin({ testOutcome: 'never' });
      // The books of the provider first: what is declined is asked about, and the answer counts.
      await shop.pay(body.id, 'pay');
      const events = types.map((type) => ({ type, checkoutId: body.id, times: 2 }));
      await shop.emit(...events);
      expect(await untilEnd(shopper)).toMatchObject({ status: 'completed' });
      expect(await countOf(body.id)).toEqual({ orders: 1, payments: 1 });
    },
  );

  test('about money that the provider has not got come to no harm', async () => {
    const shopper = await shop.guest();
    const { body } = await shopper.begin({ testOutcome: 'never' });
    await shop.emit({ type: 'payment.failed', checkoutId: body.id, times: 3 });
    expect(await untilEnd(shopper)).toMatchObject({ status: 'declined', orderId: null });
    await shop.emit(
      { type: 'payment.failed', checkoutId: body.id },
      { type: 'payment.cancelled', checkoutId: body.id },
    );
    expect(await countOf(body.id)).toEqual({ orders: 0, payments: 1 });
    const next = await shopper.begin();
    expect(next.body.id).not.toBe(body.id);
    expect(await untilEnd(shopper)).toMatchObject({ status: 'completed' });
    await checkStock(shop.temporal.sql);
  });
});
