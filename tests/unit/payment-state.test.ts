/** Payment events in any order, any number of times, amount to the same state. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldPaymentEvents, isSettled } from '../../cart/payment-state.ts';
import { PAYMENT_STATUSES, type PaymentEventType } from '../../contract/payments.ts';

const type = fc.constantFrom(...PAYMENT_STATUSES.map((status): PaymentEventType => `payment.${status}`));
const events = fc.array(
  type.map((one) => ({ type: one })),
  { maxLength: 12 },
);

/** The same set, each one to five times, in an order of its own. */
const retold = (told: { type: PaymentEventType }[]) =>
  fc
    .array(fc.integer({ min: 1, max: 5 }), { minLength: told.length, maxLength: told.length })
    .chain((counts) => {
      const all = told.flatMap((event, index) => Array.from({ length: counts[index] ?? 1 }, () => event));
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    });

const fold = (...types: string[]) =>
  foldPaymentEvents(types.map((one) => ({ type: `payment.${one}` as PaymentEventType })));

describe('the state of a payment', () => {
  test('depends on the set of its events only: neither order nor repetition matters', () => {
    fc.assert(
      fc.property(
        events.chain((told) => fc.tuple(fc.constant(told), retold(told))),
        ([told, again]) => {
          expect(foldPaymentEvents(again)).toEqual(foldPaymentEvents(told));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('never goes back when another event comes', () => {
    fc.assert(
      fc.property(events, type, (told, next) => {
        const before = foldPaymentEvents(told);
        const after = foldPaymentEvents([...told, { type: next }]);
        expect(PAYMENT_STATUSES.indexOf(after.status)).toBeGreaterThanOrEqual(
          PAYMENT_STATUSES.indexOf(before.status),
        );
        expect(after.wasCaptured || !before.wasCaptured).toBe(true);
      }),
    );
  });

  test.each([
    [[], 'created', false, false],
    [['created', 'captured'], 'captured', true, false],
    [['failed'], 'failed', false, false],
    [['captured', 'failed'], 'captured', true, false],
    [['captured', 'cancelled'], 'captured', true, true],
    [['refunded'], 'refunded', true, false],
    [['refunded', 'captured', 'created'], 'refunded', true, false],
    [['cancelled', 'authorized'], 'cancelled', false, false],
  ] as const)('after %j is %s', (types, status, wasCaptured, isContradictory) => {
    expect(fold(...types)).toEqual({ status, wasCaptured, isContradictory });
  });

  test('is settled once it failed, was given up, paid or paid back', () => {
    expect(PAYMENT_STATUSES.filter(isSettled)).toEqual(['failed', 'cancelled', 'captured', 'refunded']);
  });
});
