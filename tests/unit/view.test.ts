/** The cart as outsiders see it: availability, deadlines, and the empty view. */
import { describe, expect, test } from 'vitest';
import { expire, expiresAt } from '../../cart/deadlines.ts';
import { newCart, nextGeneration } from '../../cart/new-cart.ts';
import type { CartLine, CartState } from '../../cart/state.ts';
import { emptyView, toCartView } from '../../cart/view.ts';
import { applyOperation } from '../../cart/apply-operation.ts';
import { simpleFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { freshLedger, START } from './random-carts.ts';

const DAY = 86_400_000;

function cartWith(changes: Partial<CartLine> = {}): CartState {
  const facts = simpleFacts('A', { available: 50 });
  const verdict = applyOperation(
    freshLedger().state,
    { type: 'addItem', sku: 'A', quantity: 4, facts },
    START,
  );
  if (!verdict.ok) throw new Error(verdict.refusal.detail);
  return { ...verdict.state, lines: verdict.state.lines.map((line) => ({ ...line, ...changes })) };
}

describe('a line shows', () => {
  test.each([
    [{ stock: 50 }, 'inStock', 50, []],
    [{ stock: 10 }, 'inStock', 10, []],
    [{ stock: 9 }, 'low', 9, []],
    [{ stock: 3 }, 'low', 3, ['quantity_exceeds_stock']],
    [{ stock: 0 }, 'outOfStock', 0, ['line_unavailable']],
    [{ stock: 5_000 }, 'inStock', 999, []],
    [{ isActive: false }, 'discontinued', 0, ['line_unavailable']],
  ])('for %j: %s, at most %d', (changes, available, maxQuantity, codes) => {
    const view = toCartView(cartWith(changes), TEST_POLICY);
    expect(view.lines[0]).toMatchObject({ available, maxQuantity });
    expect(view.warnings.map((warning) => warning.code)).toEqual(codes);
    expect(view.hasUnavailableItems).toBe(codes.length > 0);
  });

  test('an image where there is one', () => {
    expect(toCartView(cartWith(), TEST_POLICY).lines[0]).not.toHaveProperty('imageUrl');
    const view = toCartView(cartWith({ imageUrl: 'https://example.com/a.webp' }), TEST_POLICY);
    expect(view.lines[0]?.imageUrl).toBe('https://example.com/a.webp');
  });
});

describe('a cart', () => {
  test('shows who owns it, what it holds and when it changed, and nothing of the inside', () => {
    const view = toCartView(cartWith(), TEST_POLICY);
    expect(view).toMatchObject({
      id: 'cart-1',
      owner: 'guest',
      currency: 'EUR',
      status: 'active',
      version: 1,
    });
    expect(view).toMatchObject({ itemsCount: 1, totalQuantity: 4, subtotal: 4_000, total: 4_000 });
    expect(view.createdAt).toBe('2026-11-21T00:00:00.000Z');
    expect(JSON.stringify(view)).not.toMatch(/ownerHash|revision|pricedAt|taxClass/);
  });

  test('that does not exist has the same shape as one that does', () => {
    const keys = (view: object) => Object.keys(view).toSorted();
    expect(keys(emptyView('guest', 'EUR'))).toEqual(keys(toCartView(cartWith(), TEST_POLICY)));
    expect(emptyView('customer', 'SEK')).toMatchObject({
      id: null,
      version: 0,
      owner: 'customer',
      currency: 'SEK',
    });
  });

  test('expires 2 days, 90 days or 365 days after its last change', () => {
    const empty = freshLedger().state;
    const filled = cartWith();
    expect(expiresAt(empty, TEST_POLICY)).toBe(START + 2 * DAY);
    expect(expiresAt(filled, TEST_POLICY)).toBe(START + 90 * DAY);
    expect(expiresAt({ ...filled, owner: 'customer' }, TEST_POLICY)).toBe(START + 365 * DAY);
    expect(toCartView(filled, TEST_POLICY).expiresAt).toBe('2027-02-19T00:00:00.000Z');
  });

  test('never expires while a checkout runs or after its end', () => {
    for (const status of ['checkout', 'completed', 'merged', 'expired'] as const) {
      expect(expiresAt({ ...cartWith(), status }, TEST_POLICY)).toBeUndefined();
      expect(toCartView({ ...cartWith(), status }, TEST_POLICY).expiresAt).toBeNull();
    }
  });

  test('that has expired is closed, one version on', () => {
    expect(expire(cartWith(), START + DAY)).toMatchObject({
      status: 'expired',
      version: 2,
      updatedAt: START + DAY,
    });
    expect(expire(cartWith(), 0).updatedAt).toBe(START);
  });
});

describe('after an order', () => {
  const before = cartWith();
  const { finished, next } = nextGeneration(before, 'cart-2', START + DAY);

  test('the old cart is completed with its lines', () => {
    expect(finished).toEqual({ ...before, status: 'completed', version: 2, updatedAt: START + DAY });
  });

  test('the next one is empty, under a new id, and versions and line numbers go on', () => {
    expect(next).toMatchObject({ cartId: 'cart-2', generation: 2, status: 'active', lines: [], version: 2 });
    expect(next).toMatchObject({ nextLine: before.nextLine, bornAt: before.bornAt, createdAt: START + DAY });
  });

  test('an old line id finds nothing in the new cart', () => {
    const facts = simpleFacts('A');
    const added = applyOperation(next, { type: 'addItem', sku: 'A', quantity: 1, facts }, START + DAY);
    expect(added).toMatchObject({ ok: true, lineId: 'l2' });
    expect(applyOperation(next, { type: 'removeItem', lineId: 'l1' }, START)).toMatchObject({ ok: false });
  });

  test('a new cart begins with nothing', () => {
    const birth = { cartId: 'c', owner: 'customer' as const, ownerHash: 'h', currency: 'EUR' };
    expect(newCart(birth, START)).toMatchObject({
      ...birth,
      version: 0,
      lines: [],
      generation: 1,
      bornAt: START,
    });
  });
});
