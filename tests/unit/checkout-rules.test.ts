/** The rules of a checkout: when a cart may begin one, how it comes back, and what it costs. */
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import { giveBack, noteOrder } from '../../cart/end-checkout.ts';
import { expiresAt } from '../../cart/deadlines.ts';
import { newCart } from '../../cart/new-cart.ts';
import { toCartView } from '../../cart/view.ts';
import type { CartState } from '../../cart/state.ts';
import { checkoutIdOf, checkoutWorkflowId } from '../../contract/checkouts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { aLine } from '../support/publication.ts';

const NOW = 1_000_000;
const birth = { cartId: 'cart-1', owner: 'guest' as const, ownerHash: 'hash', currency: 'EUR' };
const cart: CartState = { ...newCart(birth, NOW), lines: [aLine({ id: 'l1' })], version: 3 };
const id = checkoutIdOf('cart-1', 3);

const begin = (state: CartState, version = state.version, checkoutId = checkoutIdOf(state.cartId, version)) =>
  applyOperation(state, { type: 'beginCheckout', checkoutId, version }, NOW);

const begun = (): CartState => {
  const verdict = begin(cart);
  if (!verdict.ok) throw new Error(verdict.refusal.detail);
  return verdict.state;
};

const codeOf = (verdict: ReturnType<typeof begin>) => (verdict.ok ? 'ok' : verdict.refusal.code);

describe('a cart', () => {
  test('stands still from the beginning of its checkout, one version on', () => {
    const state = begun();
    expect(state).toMatchObject({ status: 'checkout', version: 4, checkout: { id } });
    expect(expiresAt(state, TEST_POLICY)).toBeUndefined();
    expect(codeOf(applyOperation(state, { type: 'clear' }, NOW))).toBe('checkout_in_progress');
    expect(codeOf(begin(state, 4))).toBe('checkout_in_progress');
    expect(toCartView(state, TEST_POLICY).checkout).toEqual({ id, status: 'open' });
  });

  test('begins no checkout of another version, of another generation, of nothing, or while the shop has locked it', () => {
    expect(codeOf(begin(cart, 2))).toBe('version_conflict');
    expect(codeOf(begin(cart, 3, checkoutIdOf('cart-0', 3)))).toBe('version_conflict');
    expect(codeOf(begin({ ...cart, lines: [] }))).toBe('cart_empty');
    expect(codeOf(begin({ ...cart, lock: { reason: 'fraud', at: NOW } }))).toBe('cart_locked');
  });

  test('is given back by its own checkout only, and only once', () => {
    const state = begun();
    expect(giveBack(state, { checkoutId: 'another', status: 'expired' }, NOW)).toBeUndefined();
    const back = giveBack(state, { checkoutId: id, status: 'expired' }, NOW);
    expect(back).toMatchObject({ status: 'active', version: 5, checkout: { end: { status: 'expired' } } });
    expect(back && giveBack(back, { checkoutId: id, status: 'expired' }, NOW)).toBeUndefined();
    expect(back && noteOrder(back, { checkoutId: id, orderId: 'o1' }, NOW)).toBeUndefined();
  });

  test('notes the order of its own checkout', () => {
    const state = noteOrder(begun(), { checkoutId: id, orderId: 'o1' }, NOW);
    expect(state && toCartView(state, TEST_POLICY).checkout).toEqual({
      id,
      status: 'completed',
      orderId: 'o1',
    });
    expect(noteOrder(begun(), { checkoutId: 'another', orderId: 'o1' }, NOW)).toBeUndefined();
  });
});

test('a checkout is called by its cart and the version that the shopper saw', () => {
  expect(checkoutWorkflowId(checkoutIdOf('3f0c-11aa', 12))).toBe('checkout:3f0c-11aa:12');
});
