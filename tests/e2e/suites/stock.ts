/** Prices, options and stock as the shop has them, changed while shoppers are shopping. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { guest, linesOf } from '../../support/client.ts';
import type { TestStack } from '../../support/stack.ts';
import { resetCatalogue } from './http-driver.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');

/** `npm run catalogue -- set …`, as a shop's staff would. */
async function staffSets(stack: TestStack, sku: string, ...change: string[]): Promise<void> {
  const words = ['--import', 'tsx', 'scripts/catalogue.ts', 'set', sku, ...change];
  await promisify(execFile)(process.execPath, words, {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: stack.info.database },
  });
}

function limitTests(stack: () => TestStack): void {
  test('the only one can be had once; asking for more names what is there', async () => {
    const shopper = guest(stack().api);
    expect((await shopper.add('T-ONE')).status).toBe(201);
    const second = await shopper.at(1).add('T-ONE');
    expect([second.status, second.problem.code, second.problem.available]).toEqual([409, 'out_of_stock', 1]);
    expect(linesOf((await shopper.get()).cart)).toEqual(['l1: 1 × T-ONE']);
  });

  test('what is no longer sold is refused, what never was is unknown', async () => {
    const shopper = guest(stack().api);
    const off = await shopper.add('T-OFF');
    expect([off.status, off.problem.code]).toEqual([409, 'sku_unavailable']);
    const unknown = await shopper.add('T-NEVER');
    expect([unknown.status, unknown.problem.code]).toEqual([422, 'sku_unknown']);
    expect((await shopper.get()).cart.version).toBe(0);
  });

  test('a hundred lines of the dearest product, 999 each, are summed exactly', async () => {
    const shopper = guest(stack().api);
    const dear = { type: 'addItem', sku: 'T-MAX', quantity: 999, separateLine: true };
    await shopper.batch(Array(50).fill(dear));
    const { cart } = await shopper.batch(Array(50).fill(dear));
    // 99,999,999 × 999 × 100
    expect([cart.itemsCount, cart.total]).toEqual([100, 9_989_999_900_100]);
    expect((await shopper.add('T-MAX', 1, { separateLine: true })).problem.code).toBe('line_limit');
    expect((await shopper.update('l1', { quantity: 1_000 })).problem.code).toBe('validation_failed');
    expect((await shopper.add('T-MAX')).problem.code).toBe('line_limit');
  });

  test.each([
    // base 10.00 + 1.20 m × 0.80 m × 80.00 = 76.80
    [{ width: 120, height: 80 }, 8_680],
    // + linen 5.00 + engraving 7.50
    [{ width: 120, height: 80, material: 'linen', engraving: 'Ada' }, 9_930],
    // 0.105 m × 0.105 m × 80.00 = 0.882, rounded to 0.88
    [{ width: 10.5, height: 10.5 }, 1_088],
    // the largest: 3 m × 3 m × 80.00 = 720.00, + canvas 9.00
    [{ width: 300, height: 300, material: 'canvas' }, 73_900],
  ])('made to measure %j costs %d', async (options, price) => {
    const answer = await guest(stack().api).add('T-CUSTOM', 3, { options });
    expect(answer.cart.lines[0]).toMatchObject({ unitPrice: price, lineTotal: 3 * price });
    expect(answer.cart.total).toBe(3 * price);
  });
}

function changeTests(stack: () => TestStack): void {
  afterEach(() => resetCatalogue(stack()));

  test('a line that is no longer sold shows at the next GET, with another ETag and the same version', async () => {
    const shopper = guest(stack().api);
    const { etag } = await shopper.add('T-A', 2);
    await staffSets(stack(), 'T-A', '--active', 'false');
    const answer = await shopper.at(1).get('', { 'if-none-match': etag });
    expect(answer.status).toBe(200);
    expect(answer.etag).not.toBe(etag);
    expect(answer.cart).toMatchObject({ version: 1, hasUnavailableItems: true, total: 3_998 });
    expect(answer.cart.lines[0]).toMatchObject({ available: 'discontinued', maxQuantity: 0 });
    expect(answer.cart.warnings).toMatchObject([{ code: 'line_unavailable', lineId: 'l1' }]);
    expect((await shopper.get('', { 'if-none-match': answer.etag })).status).toBe(304);
  });

  test('a price that moves is a warning until the cart changes, then it is the price', async () => {
    const shopper = guest(stack().api);
    const { etag } = await shopper.add('T-A', 2);
    await staffSets(stack(), 'T-A', '--price', '2500');
    const moved = await shopper.get();
    expect(moved.etag).not.toBe(etag);
    expect(moved.cart).toMatchObject({ total: 3_998, warnings: [{ code: 'price_moved', lineId: 'l1' }] });
    expect((await shopper.add('T-A')).cart).toMatchObject({ total: 7_500 });
  });

  test('stock that shrinks below the line shows as out of stock, and a smaller quantity is taken', async () => {
    const shopper = guest(stack().api);
    await shopper.add('T-TEN', 8);
    await staffSets(stack(), 'T-TEN', '--stock', '3');
    const { cart } = await shopper.get();
    expect(cart).toMatchObject({ hasUnavailableItems: true, warnings: [{ code: 'quantity_exceeds_stock' }] });
    expect(cart.lines[0]?.maxQuantity).toBe(3);
    const settled = await shopper.update('l1', { quantity: 3 });
    expect(settled.cart).toMatchObject({ hasUnavailableItems: false, warnings: [] });
  });
}

export function stockSuite(stack: () => TestStack): void {
  describe('prices and limits', () => {
    limitTests(stack);
  });
  describe('a catalogue that changes', () => {
    changeTests(stack);
  });
}
