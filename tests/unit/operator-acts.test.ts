/** What operators' acts do to a cart, and what they leave alone. */
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import { applyRequest } from '../../cart/apply-request.ts';
import { expiresAt } from '../../cart/deadlines.ts';
import { nextGeneration } from '../../cart/new-cart.ts';
import { readOperatorAct } from '../../cart/read-operator-act.ts';
import type { CartState } from '../../cart/state.ts';
import { refreshView, toCartView } from '../../cart/view.ts';
import { NOTICE_LIFE_MS } from '../../contract/limits.ts';
import type { OperatorAct } from '../../contract/operator-acts.ts';
import type { CartOperation, RequestedOperation } from '../../contract/operations.ts';
import { simpleFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { aLine, aState } from '../support/publication.ts';
import { requestFor } from '../support/requests.ts';

const NOW = Date.UTC(2026, 10, 2);
const reason = 'a test';

function after(state: CartState, operation: RequestedOperation, now = NOW): CartState {
  const verdict = applyOperation(state, operation, now);
  if (!verdict.ok) throw new Error(verdict.refusal.detail);
  return verdict.state;
}

const codeOf = (state: CartState, operation: RequestedOperation) => {
  const verdict = applyOperation(state, operation, NOW);
  return verdict.ok ? 'ok' : verdict.refusal.code;
};

const two = aState({ lines: [aLine(), aLine({ id: 'l2', sku: 'T-B', title: 'B' })], nextLine: 3 });
const locked = after(two, { type: 'lock', reason });

describe('a locked cart', () => {
  const shoppers: CartOperation[] = [
    { type: 'addItem', sku: 'T-A', quantity: 1, facts: simpleFacts('T-A') },
    { type: 'updateItem', lineId: 'l1', quantity: 2 },
    { type: 'removeItem', lineId: 'l1' },
    { type: 'clear' },
  ];

  test.each(shoppers)('refuses $type', (operation) => {
    expect(codeOf(locked, operation)).toBe('cart_locked');
    expect(codeOf(after(locked, { type: 'unlock', reason }), operation)).toBe('ok');
  });

  test('says so in its view and does not expire; its reason is not for shoppers', () => {
    const view = toCartView(locked, TEST_POLICY);
    expect(view.warnings).toEqual([{ code: 'cart_locked', message: expect.any(String) }]);
    expect(view.expiresAt).toBeNull();
    expect(JSON.stringify(view)).not.toContain(reason);
    expect(expiresAt(locked, TEST_POLICY)).toBeUndefined();
    expect(refreshView(view, new Map()).warnings).toContainEqual(view.warnings[0]);
  });

  test('stays locked after an order', () => {
    expect(nextGeneration(locked, 'cart-2', NOW).next.lock).toEqual({ reason, at: NOW });
  });

  test('takes operators’ acts', () => {
    expect(after(locked, { type: 'withdraw', sku: 'T-A', reason }).lines).toHaveLength(1);
  });
});

describe('withdraw', () => {
  test('takes all lines of the SKU out and tells the shopper', () => {
    const gone = after(two, { type: 'withdraw', sku: 'T-A', reason });
    expect(gone.lines.map(({ sku }) => sku)).toEqual(['T-B']);
    expect(toCartView(gone, TEST_POLICY).warnings).toEqual([
      { code: 'line_withdrawn', message: 'Test product A was taken out of the cart by the shop.' },
    ]);
  });

  test('says what the operator wrote instead', () => {
    const gone = after(two, { type: 'withdraw', sku: 'T-A', reason, notice: 'Recalled by its maker.' });
    expect(toCartView(gone, TEST_POLICY).warnings[0]?.message).toBe('Recalled by its maker.');
  });

  test('leaves its notice for a week of changes, and no longer', () => {
    const gone = after(two, { type: 'withdraw', sku: 'T-A', reason });
    const change: CartOperation = { type: 'updateItem', lineId: 'l2', attributes: { gift: 'yes' } };
    expect(after(gone, change, NOW + NOTICE_LIFE_MS - 1).notices).toHaveLength(1);
    expect(after(gone, change, NOW + NOTICE_LIFE_MS).notices).toBeUndefined();
  });
});

describe('repriceLines', () => {
  test('takes today’s price and remembers the former for the warning', () => {
    const facts = [simpleFacts('T-A', { unitPrice: 2_500, revision: 9 })];
    const repriced = after(two, { type: 'repriceLines', skus: ['T-A'], facts, reason });
    expect(repriced.lines[0]).toMatchObject({ unitPrice: 2_500, previousUnitPrice: 1_999 });
    expect(repriced.version).toBe(two.version + 1);
  });

  test('without prices is refused', () => {
    expect(codeOf(two, { type: 'repriceLines', skus: ['T-A'], reason })).toBe('dependency_unavailable');
  });
});

describe('an act', () => {
  const facts = [simpleFacts('T-A', { unitPrice: 2_500, revision: 9 })];
  const acts: OperatorAct[] = [
    { type: 'lock', reason },
    { type: 'withdraw', sku: 'T-A', reason },
    { type: 'repriceLines', skus: ['T-A'], facts, reason },
  ];

  test.each(acts)('done twice ($type) changes and records nothing the second time', (act) => {
    const once = after(two, act);
    expect(after(once, act)).toBe(once);
    const ledger = { state: once, remembered: [] };
    const { hasChanged, audit, receipt } = applyRequest(ledger, requestFor(act), NOW, TEST_POLICY);
    expect({ hasChanged, audit, outcomes: receipt.outcomes }).toEqual({
      hasChanged: false,
      audit: [],
      outcomes: [{ ok: true, isUnchanged: true }],
    });
  });

  test.each(['completed', 'merged', 'expired'] as const)('comes too late for a cart that is %s', (status) => {
    for (const act of acts) expect(codeOf(aState({ status }), act)).toBe('cart_closed');
  });

  test('on a cart that has had an order meanwhile is refused', () => {
    expect(codeOf(two, { type: 'lock', reason, cartId: 'cart-0' })).toBe('cart_closed');
    expect(codeOf(two, { type: 'lock', reason, cartId: 'cart-1' })).toBe('ok');
  });

  test('may lock a checkout, and leaves its lines alone', () => {
    const checkout = aState({ status: 'checkout', lines: two.lines });
    expect(acts.map((act) => codeOf(checkout, act))).toEqual([
      'ok',
      'checkout_in_progress',
      'checkout_in_progress',
    ]);
  });

  test('is written down with what it changed', () => {
    const { audit } = applyRequest({ state: two, remembered: [] }, requestFor(acts), NOW, TEST_POLICY);
    expect(audit.map(({ kind, change }) => [kind, change])).toEqual([
      ['lock', { isLocked: true }],
      ['withdraw', { lines: [{ id: 'l1', quantity: 0 }] }],
    ]);
    expect(audit.every(({ operation }) => (operation as OperatorAct).reason === reason)).toBe(true);
  });
});

test.each([
  [undefined, 'type'],
  [{ type: 'addItem', reason }, 'type'],
  [{ type: 'lock' }, 'reason'],
  [{ type: 'lock', reason: '' }, 'reason'],
  [{ type: 'lock', reason, cartId: 7 }, 'cartId'],
  [{ type: 'withdraw', reason, sku: '../x' }, 'sku'],
  [{ type: 'withdraw', reason, sku: 'T-A', notice: 'x'.repeat(999) }, 'notice'],
  [{ type: 'repriceLines', reason, skus: 'T-A' }, 'skus'],
  [{ type: 'repriceLines', reason, skus: [], facts: [{}] }, 'facts'],
])('a message that is no act (%j) is told what is wrong', (message, field) => {
  expect(readOperatorAct(message)).toEqual({ fault: expect.stringContaining(`${field}: `) });
});
