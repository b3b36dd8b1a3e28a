/** The rule by which a link in a mail brings lines back: never fewer units than there were, today's prices, and a repeat changes nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import { applyRequest } from '../../cart/apply-request.ts';
import { readRestore } from '../../cart/read-restore.ts';
import { restore } from '../../cart/restore.ts';
import type { CartLine, CartState } from '../../cart/state.ts';
import { MAX_LINES } from '../../contract/limits.ts';
import type { MergeNotices, Restore, RestoredLine } from '../../contract/operations.ts';
import { configurableFacts, simpleFacts, testCatalogueFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { aLine, aState } from '../support/publication.ts';
import { requestFor } from '../support/requests.ts';
import { anyHistory, playAll } from './random-carts.ts';

const NOW = 1_800_000_000_000;

const cartOf = (...lines: CartLine[]): CartState => aState({ lines, nextLine: lines.length + 1 });

const left = (sku: string, quantity: number, more: Partial<RestoredLine> = {}): RestoredLine => ({
  sku,
  title: `Product ${sku}`,
  quantity,
  facts: simpleFacts(sku),
  ...more,
});

const operationOf = (...lines: RestoredLine[]): Restore => ({ type: 'restore', from: 'left', lines });

function restored(state: CartState, ...lines: RestoredLine[]): { state: CartState; notices: MergeNotices } {
  const verdict = restore(state, operationOf(...lines), NOW);
  if (!verdict.ok || !verdict.merge) throw new Error('The restore was refused.');
  return { state: verdict.state, notices: verdict.merge };
}

const shown = ({ lines }: CartState): string[] =>
  lines.map(({ id, quantity, sku }) => `${id}: ${quantity} × ${sku}`);
const NOTHING: MergeNotices = { adjusted: [], dropped: [] };

describe('a line that was left', () => {
  test('comes into an empty cart as it was, at the price of today', () => {
    const facts = simpleFacts('T-A', { unitPrice: 1_234 });
    const { state, notices } = restored(cartOf(), left('T-A', 3, { facts, attributes: { note: 'blue' } }));
    expect(state.lines).toMatchObject([
      { id: 'l1', sku: 'T-A', quantity: 3, unitPrice: 1_234, attributes: { note: 'blue' }, pricedAt: NOW },
    ]);
    expect(notices).toEqual(NOTHING);
  });

  test.each([
    [5, 2, 5],
    [2, 5, 5],
    [3, 3, 3],
  ])('with %d of the same there and %d left makes %d', (there, wanted, quantity) => {
    const { state } = restored(cartOf(aLine({ quantity: there })), left('T-A', wanted));
    expect(shown(state)).toEqual([`l1: ${quantity} × T-A`]);
  });

  test('is the same only with the same options', () => {
    const facts = configurableFacts('T-CUSTOM');
    const options = { width: 120, height: 80, material: 'linen' };
    const first = restored(cartOf(), left('T-CUSTOM', 1, { facts, options })).state;
    const { state } = restored(
      first,
      left('T-CUSTOM', 2, { facts, options: { ...options, material: 'canvas' } }),
      left('T-CUSTOM', 4, { facts, options: { material: 'linen', height: 80, width: 120 } }),
    );
    expect(shown(state)).toEqual(['l1: 4 × T-CUSTOM', 'l2: 2 × T-CUSTOM']);
  });

  test('leaves the notes of the cart alone, and adds those that are missing', () => {
    const there = aLine({ attributes: { note: 'mine' } });
    const { state } = restored(cartOf(there), left('T-A', 1, { attributes: { note: 'old', gift: 'yes' } }));
    expect(state.lines[0]?.attributes).toEqual({ note: 'mine', gift: 'yes' });
  });
});

describe('what cannot come over as it was', () => {
  test.each<[string, Partial<RestoredLine>, object]>([
    ['is gone from the catalogue', { facts: undefined as never }, { quantity: 0, reason: 'sku_unavailable' }],
    [
      'is sold no more',
      { facts: simpleFacts('T-A', { active: false }) },
      { quantity: 0, reason: 'sku_unavailable' },
    ],
    ['is sold out', { facts: simpleFacts('T-A', { available: 0 }) }, { quantity: 0, reason: 'out_of_stock' }],
    [
      'costs another currency',
      { facts: simpleFacts('T-A', { currency: 'USD' }) },
      { quantity: 0, reason: 'sku_unavailable' },
    ],
    [
      'cannot be had with these options',
      { facts: configurableFacts('T-A'), options: { width: 1 } },
      { quantity: 0, reason: 'sku_unavailable' },
    ],
  ])('%s: it is told, and the rest comes', (_why, more, notice) => {
    const { state, notices } = restored(cartOf(), left('T-A', 2, more), left('T-B', 1));
    expect(shown(state)).toEqual(['l1: 1 × T-B']);
    expect(notices.dropped).toEqual([expect.objectContaining({ sku: 'T-A', wanted: 2, ...notice })]);
  });

  test('because of stock comes with what is left of it', () => {
    const { state, notices } = restored(
      cartOf(),
      left('T-A', 5, { facts: simpleFacts('T-A', { available: 2 }) }),
    );
    expect(shown(state)).toEqual(['l1: 2 × T-A']);
    expect(notices.adjusted).toMatchObject([
      { lineId: 'l1', wanted: 5, quantity: 2, reason: 'out_of_stock' },
    ]);
  });

  test('because of stock takes nothing away that was there', () => {
    const facts = simpleFacts('T-A', { available: 2 });
    const { state } = restored(cartOf(aLine({ quantity: 4 })), left('T-A', 6, { facts }));
    expect(shown(state)).toEqual(['l1: 4 × T-A']);
  });

  test('for want of room stays behind', () => {
    const lines = Array.from({ length: MAX_LINES }, (_, index) =>
      aLine({ id: `l${index + 1}`, sku: `S-${index}` }),
    );
    const { state, notices } = restored(cartOf(...lines), left('T-B', 1));
    expect(state.lines).toHaveLength(MAX_LINES);
    expect(notices.dropped).toMatchObject([{ sku: 'T-B', reason: 'line_limit' }]);
  });
});

describe('lines that were kept apart', () => {
  const apart = [
    left('T-A', 2, { attributes: { for: 'Ann' } }),
    left('T-A', 3, { attributes: { for: 'Bob' } }),
  ];

  test('come apart, and a repeat adds no third one', () => {
    const { state } = restored(cartOf(), ...apart);
    expect(shown(state)).toEqual(['l1: 2 × T-A', 'l2: 3 × T-A']);
    expect(state.lines.map(({ isSeparate }) => isSeparate)).toEqual([undefined, true]);
    expect(restored(state, ...apart).state).toBe(state);
  });
});

describe('a repeat', () => {
  test('changes nothing, also after a quantity was raised by hand: no version, no entry, no key', () => {
    const ledger = { state: cartOf(), remembered: [] };
    const operation = operationOf(left('T-A', 3), left('T-B', 2));
    const first = applyRequest(ledger, requestFor(operation), NOW, TEST_POLICY);
    expect(first.receipt).toMatchObject({ outcomes: [{ ok: true, merge: NOTHING }] });
    expect(JSON.stringify(first.audit)).not.toContain('facts');
    const raise = { type: 'updateItem', lineId: 'l1', quantity: 7 } as const;
    const raised = applyRequest(first.ledger, requestFor(raise), NOW + 1, TEST_POLICY);
    const again = applyRequest(raised.ledger, requestFor(operation), NOW + 9_999_999, TEST_POLICY);
    expect(again).toMatchObject({ hasChanged: false, audit: [] });
    expect(again.ledger).toBe(raised.ledger);
    expect(again.receipt.outcomes).toEqual([{ ok: true, isUnchanged: true, merge: NOTHING }]);
    expect(shown(again.ledger.state)).toEqual(['l1: 7 × T-A', 'l2: 2 × T-B']);
  });

  test('brings back what was taken out by hand', () => {
    const first = restored(cartOf(), left('T-A', 3), left('T-B', 2)).state;
    const { lines, ...rest } = first;
    const { state } = restored({ ...rest, lines: lines.slice(1) }, left('T-A', 3), left('T-B', 2));
    expect(shown(state)).toEqual(['l2: 2 × T-B', 'l3: 3 × T-A']);
  });

  test('never changes anything, and never takes a unit away, whatever the carts', () => {
    const catalogue = testCatalogueFacts();
    fc.assert(
      fc.property(anyHistory, anyHistory, (mine, theirs) => {
        const state = playAll(mine).ledger.state;
        const lines = playAll(theirs).ledger.state.lines.map(
          ({ sku, title, quantity, options, attributes }): RestoredLine => {
            const facts = catalogue.get(sku) ?? simpleFacts(sku, { available: 50 });
            return { sku, title, quantity, options, attributes, facts };
          },
        );
        const once = restored(state, ...lines).state;
        for (const line of state.lines) {
          const after = once.lines.find(({ id }) => id === line.id);
          expect(after?.quantity).toBeGreaterThanOrEqual(line.quantity);
        }
        expect(restored(once, ...lines).state).toBe(once);
      }),
    );
  });
});

test('a cart that is not its shopper’s to change now takes nothing', () => {
  const verdict = applyOperation({ ...cartOf(), status: 'checkout' }, operationOf(left('T-A', 1)), NOW);
  expect(verdict).toMatchObject({ ok: false, refusal: { code: 'checkout_in_progress' } });
});

test.each([
  undefined,
  {},
  { from: 'x', lines: {} },
  { from: 1, lines: [] },
  { from: 'x', lines: [{ sku: 'T-A', quantity: 1 }] },
  { from: 'x', lines: [left('T-A', 0)] },
  { from: 'x', lines: [{ ...left('T-A', 1), facts: { sku: 'T-A' } }] },
  { from: 'x', lines: Array.from({ length: MAX_LINES + 1 }, () => left('T-A', 1)) },
])('%j is no message', (message) => {
  expect(readRestore(message)).toHaveProperty('fault');
});
