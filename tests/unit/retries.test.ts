/** A request is applied once for its key, for as long as the cart remembers keys. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyRequest } from '../../cart/apply-request.ts';
import { applyRequests } from '../../cart/apply-requests.ts';
import { nextGeneration } from '../../cart/new-cart.ts';
import { type RememberedKey, rememberKey } from '../../cart/remembered-keys.ts';
import type { CartRequest } from '../../contract/operations.ts';
import { simpleFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { anyHistory, freshLedger, playAll, START } from './random-carts.ts';

const later = START + 3_600_000;

const addRequest = (key: string): CartRequest => ({
  key,
  fingerprint: 'fingerprint',
  attempt: `attempt of ${key}`,
  actor: 'guest:hash',
  requestId: 'request',
  atomic: true,
  operations: [{ type: 'addItem', sku: 'A', quantity: 1, facts: simpleFacts('A') }],
});

describe('a retry', () => {
  test('of anything that was applied changes nothing and gets the first receipt', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(), (requests, cut) => {
        const { ledger, steps } = playAll(requests);
        const applied = steps.filter((step) => step.result.hasChanged);
        const prefix = applied.slice(0, cut % (applied.length + 1));
        for (const { request, result } of prefix) {
          const again = applyRequest(ledger, { ...request, attempt: 'second' }, later, TEST_POLICY);
          expect(again.ledger).toBe(ledger);
          expect(again.receipt).toEqual(result.receipt);
          expect(again.record).toBeUndefined();
        }
      }),
    );
  });

  test('in the same message as the first try is applied once', () => {
    const request = addRequest('k');
    const all = applyRequests(freshLedger(), [request, request, request], START, TEST_POLICY);
    expect(all.applied.map((result) => result.hasChanged)).toEqual([true, false, false]);
    expect(all).toMatchObject({ hasChanged: true, ledger: { state: { version: 1 } } });
  });

  test('after an order does not fill the new cart', () => {
    fc.assert(
      fc.property(anyHistory, (requests) => {
        const { ledger, steps } = playAll(requests);
        const { next } = nextGeneration(ledger.state, 'cart-2', later);
        const fresh = { ...ledger, state: next };
        for (const { request, result } of steps) {
          if (!result.hasChanged) continue;
          const again = applyRequest(fresh, request, later, TEST_POLICY);
          expect(again.hasChanged).toBe(false);
          expect(again.ledger.state.lines).toEqual([]);
        }
      }),
    );
  });

  test('with another fingerprint is refused and changes nothing', () => {
    const { ledger } = playAll([addRequest('k')]);
    const other = { ...addRequest('k'), fingerprint: 'another' };
    const { receipt, hasChanged } = applyRequest(ledger, other, later, TEST_POLICY);
    expect(receipt).toMatchObject({ refusal: { code: 'idempotency_key_reused' }, version: 1 });
    expect(hasChanged).toBe(false);
  });

  test('of what was forgotten is a new request', () => {
    const policy = { ...TEST_POLICY, rememberedKeysMax: 2 };
    const keys = ['k1', 'k2', 'k3'];
    const { ledger } = playAll(keys.map(addRequest), freshLedger(), policy);
    expect(applyRequest(ledger, addRequest('k2'), later, policy).hasChanged).toBe(false);
    expect(applyRequest(ledger, addRequest('k1'), later, policy).hasChanged).toBe(true);
  });
});

describe('remembered keys', () => {
  const entry = (key: string, at: number): RememberedKey => ({
    key,
    at,
    fingerprint: 'fingerprint',
    attempt: 'attempt',
    version: 1,
    outcomes: [],
  });

  test('are never more than the policy allows, nor older, and the newest is always there', () => {
    const ages = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(
        ages,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9_000 }),
        (gaps, max, age) => {
          const policy = { rememberedKeysMax: max, rememberedKeysAgeMs: age };
          let now = START;
          let remembered: RememberedKey[] = [];
          gaps.forEach((gap, index) => {
            now += gap;
            remembered = rememberKey(remembered, entry(`k${index}`, now), policy);
            expect(remembered.length).toBeLessThanOrEqual(max);
            expect(remembered.at(-1)?.key).toBe(`k${index}`);
            expect(remembered.every((known) => known.at > now - age)).toBe(true);
            expect(remembered.map((known) => known.at)).toEqual(
              remembered.map((known) => known.at).toSorted((a, b) => a - b),
            );
          });
        },
      ),
    );
  });

  test('keep nothing of a refusal', () => {
    const missing: CartRequest = { ...addRequest('k'), operations: [{ type: 'removeItem', lineId: 'l1' }] };
    const { ledger, record } = applyRequest(freshLedger(), missing, START, TEST_POLICY);
    expect(ledger.remembered).toEqual([]);
    expect(record).toMatchObject({ key: 'k', refusal: { code: 'line_not_found' }, version: 0 });
  });
});
