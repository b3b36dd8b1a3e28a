/** Checkouts that nobody pays in time, whose events are late, whose provider is gone; and what operators see and do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkoutWorkflowId } from '../../contract/checkouts.ts';
import { CHECKOUT_STATUS } from '../../workflows/search-attributes.ts';
import { type CheckoutShop, createCheckoutShop } from '../support/checkout-shop.ts';
import { checkStock } from '../support/checkouts.ts';
import { eventually } from '../support/eventually.ts';

/** Holds and payments last eight seconds here. */
const PATIENCE_MS = 40_000;

let shop: CheckoutShop;

beforeAll(async () => {
  shop = await createCheckoutShop({ environment: { HOLD_LIFE: '8s', PAYMENT_WAIT: '8s' } });
});

afterAll(async () => {
  await shop.close();
});

/** Ms between the promised instant and the release. */
async function releasedAfter(checkoutId: string): Promise<number> {
  const { sql } = shop.temporal;
  return await eventually(
    async () => {
      const [row] = await sql<{ late: number | null }[]>`
        SELECT (extract(epoch FROM settled_at - held_until) * 1000)::int AS late
        FROM reservations WHERE checkout_id = ${checkoutId} AND status = 'released'`;
      expect(row).toBeDefined();
      return row?.late ?? Number.NaN;
    },
    { within: 20_000, every: 100 },
  );
}

const detailsOf = async (checkoutId: string): Promise<string> => {
  const handle = shop.temporal.client.workflow.getHandle(checkoutWorkflowId(checkoutId));
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
};

describe('a checkout', () => {
  test.concurrent('that nobody pays expires: stock and cart are free again, and the payment is closed', async () => {
    const shopper = await shop.guest(['T-ONE', 1]);
    const begun = await shopper.begin({ testOutcome: 'never' });
    expect(begun.body.status, begun.text).toBe('pending');
    await shopper.untilStatus('expired', PATIENCE_MS);
    const found = await shop.provider.fetch(`/payments?checkoutId=${begun.body.id}`);
    expect(await found.json()).toMatchObject({ payments: [{ status: 'cancelled' }] });
    const again = await shopper.begin({ testOutcome: 'never' });
    expect(again.status, again.text).toBe(201);
    await shopper.cancel();
    await checkStock(shop.temporal.sql);
  });

  test.concurrent('whose events are late finds out by asking', { timeout: 90_000 }, async () => {
    const shopper = await shop.guest();
    const faults = (body: object) =>
      shop.provider.fetch('/faults', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await faults({ eventDelayMs: 600_000 });
    try {
      const { body } = await shopper.begin({ testOutcome: 'never' });
      await shop.pay(body.id, 'pay');
      const done = await shopper.untilStatus('completed', PATIENCE_MS);
      expect(await detailsOf(done.id)).toContain('payment captured (poll)');
    } finally {
      await faults({});
    }
  });

  test('gives the stock back on the promised second, also where the provider is gone', {
    timeout: 120_000,
  }, async () => {
    const shopper = await shop.guest(['T-TEN', 5]);
    const { body } = await shopper.begin({ testOutcome: 'never' });
    expect(body.status).toBe('pending');
    await shop.provider.kill();
    try {
      // Two seconds for a busy machine.
      expect(await releasedAfter(body.id)).toBeLessThan(3_000);
      expect((await shopper.checkout()).body.status).toBe('pending');
    } finally {
      await shop.provider.start();
    }
    await shopper.untilStatus('expired', PATIENCE_MS);
    await checkStock(shop.temporal.sql);
  });
});

describe('in Temporal UI', () => {
  test('a checkout tells its story, and what was undone and why', async () => {
    const shopper = await shop.guest();
    const { body } = await shopper.begin({ testOutcome: 'never', email: 'someone@example.com' });
    await shopper.cancel();
    const details = await detailsOf(body.id);
    expect(details).toMatch(/^\*\*cancelled\*\*, 19\.99 EUR/);
    for (const line of [
      'prices hold',
      'stock held until',
      'waits for the payment',
      'no payment is open',
      'no stock is held',
      'cancelled by the shopper',
    ]) {
      expect(details).toContain(line);
    }
    const handle = shop.temporal.client.workflow.getHandle(checkoutWorkflowId(body.id));
    const { typedSearchAttributes, status } = await handle.describe();
    expect(typedSearchAttributes.get(CHECKOUT_STATUS)).toBe('cancelled');
    expect(status.name).toBe('COMPLETED');
    const { events } = await handle.fetchHistory();
    expect(JSON.stringify(events)).not.toContain('someone@example.com');
  });

  test('an operator cancels a checkout, and it undoes all of it', async () => {
    const shopper = await shop.guest();
    const { body } = await shopper.begin({ testOutcome: 'never' });
    await shop.temporal.client.workflow.getHandle(checkoutWorkflowId(body.id)).cancel();
    await shopper.untilStatus('cancelled', PATIENCE_MS);
    expect(await detailsOf(body.id)).toContain('cancelled by the operator');
    await eventually(async () => expect((await shopper.cart()).body.status).toBe('active'));
    await checkStock(shop.temporal.sql);
  });
});
