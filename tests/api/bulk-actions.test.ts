/** One act on every open cart that holds a SKU: told once each, followed, stopped, and carried on by another worker. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bulkActionSchema } from '../../api/operators/bulk-schemas.ts';
import { eventually } from '../support/eventually.ts';
import { createOperatedShop, type OperatedShop, type ShopCustomer } from '../support/operated-shop.ts';
import { type Answer, expectProblem } from './test-api.ts';

let shop: OperatedShop;
beforeAll(async () => {
  shop = await createOperatedShop();
});
afterAll(() => shop?.close());

interface Bulk {
  id: string;
  status: string;
  told: number;
  changed: number;
}
const bodyOf = (answer: Answer): Bulk => answer.body as unknown as Bulk;

const start = (body: object, headers?: Record<string, string>) =>
  shop.operate('POST', '/admin/bulk-actions', { reason: 'a test', ...body }, headers);

const see = async (id: string): Promise<Bulk> =>
  bodyOf(await shop.operate('GET', `/admin/bulk-actions/${id}`));

const ended = (id: string, changed: number): Promise<Bulk> =>
  eventually(
    async () => {
      const state = await see(id);
      expect(state).toMatchObject({ status: 'done', changed });
      return state;
    },
    { within: 30_000 },
  );

const customers = (count: number, sku: string): Promise<ShopCustomer[]> =>
  Promise.all(Array.from({ length: count }, () => shop.customer(sku)));

const cartOf = async ({ headers }: ShopCustomer) => (await shop.fetch('/cart', { headers })).body;

describe('withdraw', () => {
  test('takes the SKU out of every open cart, tells each shopper, and leaves other carts alone', async () => {
    const holding = await customers(12, 'T-031');
    const [other] = await customers(1, 'T-032');
    const answer = await start({ action: 'withdraw', sku: 'T-031', notice: 'Recalled.' });
    expect(answer.status).toBe(202);
    expect(() => bulkActionSchema.strict().parse(answer.body)).not.toThrow();
    const { told } = await ended(bodyOf(answer).id, 12);
    expect(told).toBe(12);
    for (const customer of holding) {
      const cart = await cartOf(customer);
      expect([cart.lines.length, cart.version, cart.warnings[0]?.message]).toEqual([0, 2, 'Recalled.']);
    }
    expect((await cartOf(other as ShopCustomer)).version).toBe(1);
  });
});

describe('reprice', () => {
  test('brings every open cart up to date with the catalogue', async () => {
    const holding = await customers(3, 'T-033');
    await shop.temporal.sql`
      UPDATE products SET base_price = 4321 WHERE product_id = (SELECT product_id FROM variants WHERE sku = 'T-033')`;
    const answer = await start({ action: 'reprice', sku: 'T-033' });
    await ended(bodyOf(answer).id, 3);
    for (const customer of holding) expect((await cartOf(customer)).lines[0]?.unitPrice).toBe(4_321);
  });
});

describe('a key', () => {
  test('is one run, however often and however quickly it is sent; another request under it is refused', async () => {
    await customers(2, 'T-034');
    const key = { 'idempotency-key': 'bulk-1' };
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => start({ action: 'withdraw', sku: 'T-034' }, key)),
    );
    const ids = new Set(answers.map((answer) => bodyOf(answer).id));
    expect(ids.size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(3);
    await ended([...ids][0] ?? '', 2);
    expectProblem(await start({ action: 'withdraw', sku: 'T-035' }, key), 422, 'idempotency_key_reused');
  });
});

describe('a run', () => {
  test('is taken up by another worker where the first one ended', async () => {
    const holding = await customers(60, 'T-036');
    const { id } = bodyOf(await start({ action: 'withdraw', sku: 'T-036' }));
    await shop.temporal.stopWorker();
    await shop.temporal.startWorker();
    await ended(id, 60);
    const versions = await Promise.all(holding.map(async (customer) => (await cartOf(customer)).version));
    expect(versions.every((version) => version === 2)).toBe(true);
  });

  test('waits for the database and goes on', async () => {
    await customers(3, 'T-037');
    shop.temporal.databaseGate.shut();
    const { id } = bodyOf(await start({ action: 'withdraw', sku: 'T-037' }));
    expect((await see(id)).status).toBe('running');
    shop.temporal.databaseGate.open();
    await ended(id, 3);
  });

  test('that is stopped begins no other batch', async () => {
    await customers(51, 'T-038');
    shop.temporal.databaseGate.shut();
    const { id } = bodyOf(await start({ action: 'withdraw', sku: 'T-038' }));
    expect((await shop.operate('POST', `/admin/bulk-actions/${id}/cancel`)).status).toBe(202);
    shop.temporal.databaseGate.open();
    const state = await eventually(
      async () => {
        const seen = await see(id);
        expect(seen.status).not.toBe('running');
        return seen;
      },
      { within: 30_000 },
    );
    expect(state.told).toBeLessThanOrEqual(50);
  });

  test('that nobody knows is not found', async () => {
    const never = 'a'.repeat(22);
    expectProblem(await shop.operate('GET', `/admin/bulk-actions/${never}`), 404, 'bulk_action_not_found');
    expectProblem(
      await shop.operate('POST', `/admin/bulk-actions/${never}/cancel`),
      404,
      'bulk_action_not_found',
    );
  });
});

test.each([
  {},
  { action: 'reprice' },
  { action: 'remove', sku: 'T-A' },
  { action: 'reprice', sku: 'T-A', notice: 'x' },
])('refuses %j', async (body) => {
  expectProblem(await start(body), 422, 'validation_failed');
});
