/** The rule by which two carts become one: strategies, limits and notices, and that no unit comes from nowhere or goes unseen. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import { type MergeGuest, mergeGuest } from '../../cart/merge.ts';
import type { CartLine, CartState } from '../../cart/state.ts';
import { toCartView } from '../../cart/view.ts';
import { MAX_ATTRIBUTES, MAX_LINES, MAX_QUANTITY } from '../../contract/limits.ts';
import type { MergeNotices, MergeStrategy } from '../../contract/operations.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { aLine, aState } from '../support/publication.ts';
import { anyHistory, playAll } from './random-carts.ts';

const STRATEGIES: MergeStrategy[] = ['sum', 'max', 'guestWins', 'accountWins'];

const customerWith = (...lines: CartLine[]): CartState =>
  aState({ owner: 'customer', lines, nextLine: lines.length + 1 });

const mergeOf = (lines: readonly CartLine[], strategy: MergeStrategy = 'sum'): MergeGuest => ({
  type: 'merge',
  from: 'cart:g:test',
  strategy,
  guest: { cartId: 'guest-cart', currency: 'EUR', lines },
});

function merged(state: CartState, operation: MergeGuest): { state: CartState; notices: MergeNotices } {
  const verdict = mergeGuest(state, operation);
  if (!verdict.ok || !verdict.merge) throw new Error('The merge was refused.');
  return { state: verdict.state, notices: verdict.merge };
}

const linesOf = ({ lines }: CartState): string[] =>
  lines.map((line) => `${line.id}: ${line.quantity} × ${line.sku}`);

describe('equal lines', () => {
  test.each([
    ['sum', 7],
    ['max', 5],
    ['guestWins', 2],
    ['accountWins', 5],
  ] as const)('by %s: five of the account and two of the guest are %d', (strategy, quantity) => {
    const { state, notices } = merged(
      customerWith(aLine({ quantity: 5 })),
      mergeOf([aLine({ id: 'l9', quantity: 2 })], strategy),
    );
    expect(linesOf(state)).toEqual([`l1: ${quantity} × T-A`]);
    expect(notices).toEqual({ adjusted: [], dropped: [] });
  });

  test('have the same SKU and deep-equal options, whatever the order of the names', () => {
    const options = { height: 80, width: 120 };
    const account = customerWith(aLine({ sku: 'T-CUSTOM', options, quantity: 1 }));
    const guest = [
      aLine({ id: 'l1', sku: 'T-CUSTOM', options: { width: 120, height: 80 }, quantity: 2 }),
      aLine({ id: 'l2', sku: 'T-CUSTOM', options: { width: 120, height: 81 }, quantity: 3 }),
    ];
    expect(linesOf(merged(account, mergeOf(guest)).state)).toEqual(['l1: 3 × T-CUSTOM', 'l2: 3 × T-CUSTOM']);
  });

  test('kept apart on request stay apart', () => {
    const apart = aLine({ id: 'l1', isSeparate: true, quantity: 2 });
    const { state } = merged(customerWith(aLine(), { ...apart, id: 'l2' }), mergeOf([apart]));
    expect(linesOf(state)).toEqual(['l1: 1 × T-A', 'l2: 2 × T-A', 'l3: 2 × T-A']);
  });

  test('take the younger price, and the shopper is told that it moved', () => {
    const account = customerWith(aLine({ unitPrice: 1_000, pricedAt: 1 }));
    const { state } = merged(account, mergeOf([aLine({ unitPrice: 1_200, pricedAt: 2 })]));
    expect(state.lines[0]).toMatchObject({ unitPrice: 1_200, previousUnitPrice: 1_000, quantity: 2 });
    const older = merged(account, mergeOf([aLine({ unitPrice: 900, pricedAt: 0 })])).state.lines[0];
    expect(older).toMatchObject({ unitPrice: 1_000, quantity: 2 });
    expect(older).not.toHaveProperty('previousUnitPrice');
  });

  test('keep the notes of both; where they differ the guest’s count, unless the account wins', () => {
    const account = customerWith(aLine({ attributes: { gift: 'no', note: 'a' } }));
    const guest = [aLine({ attributes: { gift: 'yes', campaign: 'c' } })];
    expect(merged(account, mergeOf(guest)).state.lines[0]?.attributes).toEqual({
      gift: 'yes',
      note: 'a',
      campaign: 'c',
    });
    expect(merged(account, mergeOf(guest, 'accountWins')).state.lines[0]?.attributes).toEqual({
      gift: 'no',
      note: 'a',
      campaign: 'c',
    });
  });

  test('with more notes than a line holds tell that some stayed behind', () => {
    const notes = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`${prefix}${index}`, 'x']));
    const { state, notices } = merged(
      customerWith(aLine({ attributes: notes('a') })),
      mergeOf([aLine({ attributes: notes('g') })]),
    );
    expect(Object.keys(state.lines[0]?.attributes ?? {})).toHaveLength(MAX_ATTRIBUTES);
    expect(notices.adjusted).toMatchObject([{ lineId: 'l1', reason: 'attribute_limit' }]);
  });
});

describe('limits', () => {
  test('of units: what is over is told', () => {
    const { state, notices } = merged(
      customerWith(aLine({ quantity: 990 })),
      mergeOf([aLine({ quantity: 20 })]),
    );
    expect(linesOf(state)).toEqual([`l1: ${MAX_QUANTITY} × T-A`]);
    expect(notices.adjusted).toEqual([
      {
        sku: 'T-A',
        title: 'Test product A',
        lineId: 'l1',
        wanted: 1_010,
        quantity: 999,
        reason: 'quantity_limit',
      },
    ]);
  });

  test('of stock count all lines of the SKU, and never take what the account had', () => {
    const account = customerWith(
      aLine({ quantity: 6, stock: 10 }),
      aLine({ id: 'l2', quantity: 3, stock: 10, options: { colour: 'oak' } }),
    );
    const { state, notices } = merged(account, mergeOf([aLine({ quantity: 5, stock: 10 })]));
    expect(linesOf(state)).toEqual(['l1: 7 × T-A', 'l2: 3 × T-A']);
    expect(notices.adjusted).toMatchObject([{ wanted: 11, quantity: 7, reason: 'out_of_stock' }]);
    const empty = merged(account, mergeOf([aLine({ quantity: 5, stock: 2 })]));
    expect(linesOf(empty.state)).toEqual(['l1: 6 × T-A', 'l2: 3 × T-A']);
  });

  test('of stock and of the catalogue drop what cannot be had at all', () => {
    const { state, notices } = merged(
      customerWith(),
      mergeOf([
        aLine({ sku: 'GONE', isActive: false, stock: 0 }),
        aLine({ sku: 'OUT', stock: 0, quantity: 2 }),
      ]),
    );
    expect(state.lines).toEqual([]);
    expect(notices.dropped).toMatchObject([
      { sku: 'GONE', wanted: 1, quantity: 0, reason: 'sku_unavailable' },
      { sku: 'OUT', wanted: 2, quantity: 0, reason: 'out_of_stock' },
    ]);
  });

  test('of lines: those that find no room are dropped, equal ones still come in', () => {
    const many = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index) => aLine({ id: `l${index + 1}`, sku: `${prefix}${index}` }));
    const guest = [...many('G', 30), aLine({ sku: 'A0', quantity: 4 })];
    const { state, notices } = merged(customerWith(...many('A', 90)), mergeOf(guest));
    expect(state.lines).toHaveLength(MAX_LINES);
    expect(state.lines[0]).toMatchObject({ sku: 'A0', quantity: 5 });
    expect(notices.dropped).toHaveLength(20);
    expect(new Set(notices.dropped.map(({ reason }) => reason))).toEqual(new Set(['line_limit']));
  });

  test('of the total: what would burst it stays out', () => {
    const dear = aLine({ unitPrice: Number.MAX_SAFE_INTEGER });
    const { state, notices } = merged(customerWith(dear), mergeOf([{ ...dear }, aLine({ sku: 'T-B' })]));
    expect(linesOf(state)).toEqual(['l1: 1 × T-A']);
    expect(notices.adjusted).toMatchObject([{ sku: 'T-A', quantity: 1, reason: 'cart_total_limit' }]);
    expect(notices.dropped).toMatchObject([{ sku: 'T-B', reason: 'cart_total_limit' }]);
  });
});

describe('a merge', () => {
  test('of two currencies is refused', () => {
    const operation = mergeOf([aLine()]);
    const verdict = mergeGuest(customerWith(), {
      ...operation,
      guest: { ...operation.guest, currency: 'USD' },
    });
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'currency_mismatch' } });
  });

  test.each([
    ['checkout', 'checkout_in_progress'],
    ['expired', 'cart_closed'],
  ] as const)('into a cart in status %s is refused: %s', (status, code) => {
    const verdict = applyOperation({ ...customerWith(), status }, mergeOf([aLine()]), 1);
    expect(verdict).toMatchObject({ ok: false, refusal: { code } });
  });
});

const anyCart = anyHistory.map((requests) => playAll(requests).ledger.state);
const unitsOf = (lines: readonly { quantity: number }[]) =>
  lines.reduce((sum, line) => sum + line.quantity, 0);

describe('whatever the carts hold', () => {
  test('a guest’s cart without lines changes nothing', () => {
    fc.assert(
      fc.property(anyCart, fc.constantFrom(...STRATEGIES), (cart, strategy) => {
        expect(merged(cart, mergeOf([], strategy)).state).toEqual(cart);
      }),
    );
  });

  test('an empty account gets the guest’s lines, but for what cannot be had', () => {
    fc.assert(
      fc.property(anyCart, fc.constantFrom(...STRATEGIES), (guest, strategy) => {
        const { state, notices } = merged(customerWith(), mergeOf(guest.lines, strategy));
        const held = [...notices.adjusted, ...notices.dropped];
        const missing = held.reduce((sum, { wanted, quantity }) => sum + wanted - quantity, 0);
        expect(unitsOf(state.lines)).toBe(unitsOf(guest.lines) - missing);
      }),
    );
  });

  test('by sum every unit of both is in the result or in a notice', () => {
    fc.assert(
      fc.property(anyCart, anyCart, (account, guest) => {
        const { state, notices } = merged(account, mergeOf(guest.lines));
        const held = [...notices.adjusted, ...notices.dropped];
        const missing = held.reduce((sum, { wanted, quantity }) => sum + wanted - quantity, 0);
        expect(unitsOf(state.lines)).toBe(unitsOf(account.lines) + unitsOf(guest.lines) - missing);
      }),
    );
  });

  test('no unit is invented, no line is lost from the account, and limits hold', () => {
    fc.assert(
      fc.property(anyCart, anyCart, fc.constantFrom(...STRATEGIES), (account, guest, strategy) => {
        const { state } = merged(account, mergeOf(guest.lines, strategy));
        expect(unitsOf(state.lines)).toBeLessThanOrEqual(unitsOf(account.lines) + unitsOf(guest.lines));
        expect(state.lines.slice(0, account.lines.length).map((line) => line.id)).toEqual(
          account.lines.map((line) => line.id),
        );
        expect(new Set(state.lines.map((line) => line.id)).size).toBe(state.lines.length);
        expect(state.lines.length).toBeLessThanOrEqual(MAX_LINES);
        for (const line of state.lines) expect(line.quantity).toBeLessThanOrEqual(MAX_QUANTITY);
        expect(() => toCartView(state, TEST_POLICY)).not.toThrow();
      }),
    );
  });

  test('its entry in the audit trail plays back to the same cart, also out of a database that reorders names', () => {
    fc.assert(
      fc.property(anyCart, anyCart, (account, guest) => {
        const operation = mergeOf(guest.lines);
        const now = applyOperation(account, operation, account.updatedAt + 1);
        const reordered = JSON.parse(JSON.stringify(operation), (_name, value: unknown) =>
          typeof value === 'object' && value !== null && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).reverse())
            : value,
        ) as MergeGuest;
        expect(applyOperation(account, reordered, account.updatedAt + 1)).toEqual(now);
      }),
    );
  });
});
