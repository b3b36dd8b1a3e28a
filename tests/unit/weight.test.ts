/** What a cart carries stays small enough to be handed from run to run. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import { type RememberedKey, rememberKey } from '../../cart/remembered-keys.ts';
import { LINES_BYTES, REMEMBERED_BYTES, weightOf } from '../../cart/weight.ts';
import type { OperationOutcome } from '../../contract/operations.ts';
import { simpleFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { freshLedger, START } from './random-carts.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '', 'utf8');

test('a weight is never less than the bytes that go over the wire', () => {
  const unit = fc.constantFrom('a', '"', '\n', 'é', '漢', '😀', '\ud800');
  const anything = fc.oneof(fc.jsonValue(), fc.string({ unit }));
  fc.assert(
    fc.property(anything, (value) => {
      expect(weightOf(value)).toBeGreaterThanOrEqual(bytesOf(value));
    }),
  );
  expect(weightOf(undefined)).toBe(0);
  expect(weightOf('é')).toBe(5);
});

describe('a cart', () => {
  /** About 10 KB: twenty notes of 500 characters. */
  const heavy = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`note${index}`, 'x'.repeat(500)]),
  );
  const addHeavy = { type: 'addItem' as const, sku: 'A', quantity: 1, separateLine: true, attributes: heavy };
  const facts = simpleFacts('A');

  test('refuses notes that would make it too heavy to hand over, and can still be emptied', () => {
    let { state } = freshLedger();
    const codes = Array.from({ length: 60 }, () => {
      const verdict = applyOperation(state, { ...addHeavy, facts }, START);
      if (!verdict.ok) return verdict.refusal.code;
      state = verdict.state;
      return 'ok';
    });
    expect(new Set(codes)).toEqual(new Set(['ok', 'line_limit']));
    expect(codes.toSorted()).toEqual([...codes].reverse());
    expect(bytesOf(state.lines)).toBeLessThanOrEqual(LINES_BYTES);
    expect(applyOperation(state, { type: 'removeItem', lineId: 'l1' }, START).ok).toBe(true);
    expect(applyOperation(state, { type: 'clear' }, START).ok).toBe(true);
  });
});

describe('remembered keys', () => {
  const refused: OperationOutcome = {
    ok: false,
    refusal: { code: 'options_invalid', detail: 'x'.repeat(100) },
  };
  const entry = (key: string, outcomes: OperationOutcome[]): RememberedKey => ({
    key,
    fingerprint: 'f'.repeat(22),
    attempt: 'a'.repeat(22),
    version: 1,
    outcomes,
    at: START,
  });
  const batch = Array.from({ length: 50 }, () => refused);

  test('of heavy batches are forgotten earlier, oldest first', () => {
    let remembered: RememberedKey[] = [];
    for (let number = 0; number < 100; number += 1) {
      remembered = rememberKey(remembered, entry(`k${number}`, batch), TEST_POLICY);
      expect(bytesOf(remembered)).toBeLessThanOrEqual(REMEMBERED_BYTES + 1_000);
    }
    expect(remembered.length).toBeGreaterThan(20);
    expect(remembered.length).toBeLessThan(100);
    expect(remembered.map(({ key }) => key)).toEqual(
      remembered.map((_, index) => `k${100 - remembered.length + index}`),
    );
  });

  test('of light requests all stay', () => {
    let remembered: RememberedKey[] = [];
    for (let number = 0; number < 256; number += 1) {
      remembered = rememberKey(remembered, entry(`k${number}`, [{ ok: true, lineId: 'l1' }]), TEST_POLICY);
    }
    expect(remembered).toHaveLength(256);
  });

  test('keep the newest, however heavy', () => {
    const monster = entry(
      'k',
      Array.from({ length: 600 }, () => ({ ...refused, more: 'x'.repeat(500) })),
    );
    expect(weightOf(monster)).toBeGreaterThan(REMEMBERED_BYTES);
    expect(rememberKey([entry('old', batch)], monster, TEST_POLICY)).toEqual([monster]);
  });
});
