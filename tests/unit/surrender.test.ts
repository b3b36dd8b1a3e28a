/** The guest's side of a merge, step by step: one customer at a time, and late words of an older attempt change nothing. */
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import { expiresAt } from '../../cart/deadlines.ts';
import { closeAsMerged, giveBack, surrender } from '../../cart/surrender.ts';
import type { CartState } from '../../cart/state.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { aLine, aState } from '../support/publication.ts';

const guest = aState({ lines: [aLine()] });
const claim = (ticket = 't1', to = 'cart:u:ada') => ({ ticket, to, sentAt: 5 });

function frozen(state: CartState = guest, by = claim()): CartState {
  const verdict = surrender(state, by);
  if (!verdict.frozen) throw new Error('It was not handed over.');
  return verdict.frozen;
}

describe('a cart that was handed over', () => {
  test('takes no change, does not expire, and looks as before', () => {
    const state = frozen();
    expect(applyOperation(state, { type: 'clear' }, 9)).toMatchObject({
      ok: false,
      refusal: { code: 'merge_in_progress' },
    });
    expect(expiresAt(state, TEST_POLICY)).toBeUndefined();
    expect(state).toMatchObject({ status: 'active', version: guest.version, lines: guest.lines });
  });

  test('goes to nobody else', () => {
    expect(surrender(frozen(), claim('t2', 'cart:u:eve'))).toMatchObject({
      refusal: { code: 'merge_not_possible' },
    });
  });

  test('goes to the same customer again, by the newest ticket', () => {
    expect(frozen(frozen(), claim('t2')).surrender).toMatchObject({ ticket: 't2' });
  });

  test('is given back by its own ticket only', () => {
    expect(giveBack(frozen(), 't1')).toEqual(guest);
    const again = frozen(frozen(), claim('t2'));
    expect(giveBack(again, 't1')).toBe(again);
  });

  test('closes for its customer only, one version on and later than any write', () => {
    expect(closeAsMerged(frozen(), 'cart:u:eve', 9)).toBeUndefined();
    expect(closeAsMerged(guest, 'cart:u:ada', 9)).toBeUndefined();
    const closed = closeAsMerged(frozen(), 'cart:u:ada', 0);
    expect(closed).toMatchObject({ status: 'merged', successor: 'cart:u:ada', version: guest.version + 1 });
    expect(closed?.updatedAt).toBeGreaterThan(guest.updatedAt);
    expect(closed).not.toHaveProperty('surrender');
    expect(applyOperation(closed as CartState, { type: 'clear' }, 9)).toMatchObject({
      refusal: { code: 'cart_closed' },
    });
  });
});

describe('a cart is not handed over', () => {
  test.each([
    ['empty', aState({ lines: [] })],
    ['expired', { ...guest, status: 'expired' as const }],
  ])('when it is %s: there is nothing to give', (_what, state) => {
    expect(surrender(state, claim())).toEqual({});
  });

  test('in the middle of a checkout', () => {
    expect(surrender({ ...guest, status: 'checkout' }, claim())).toMatchObject({
      refusal: { code: 'checkout_in_progress' },
    });
  });

  test('when it is a customer’s', () => {
    expect(surrender({ ...guest, owner: 'customer' }, claim())).toMatchObject({
      refusal: { code: 'merge_not_possible' },
    });
  });
});
