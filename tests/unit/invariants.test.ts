/** What holds of every cart, whatever is asked of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import type { CartLine } from '../../cart/state.ts';
import { toCartView } from '../../cart/view.ts';
import type { CartOperation } from '../../contract/operations.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { anyHistory, anyOperation, freshLedger, type PlayedStep, playAll, START } from './random-carts.ts';

/** Checks every step of many random histories. */
const always = (check: (step: PlayedStep) => void) => () =>
  fc.assert(fc.property(anyHistory, (requests) => playAll(requests).steps.forEach(check)));

const thing = ({ sku, options }: CartLine): string =>
  `${sku} ${JSON.stringify(Object.entries(options).toSorted(([a], [b]) => a.localeCompare(b)))}`;

const lineNumber = (line: CartLine): number => Number(line.id.slice(1));

describe('in every random history', () => {
  test(
    'the totals are the exact sum of the lines',
    always(({ result }) => {
      const { lines } = result.ledger.state;
      const view = toCartView(result.ledger.state, TEST_POLICY);
      let sum = 0n;
      for (const line of lines) sum += BigInt(line.unitPrice) * BigInt(line.quantity);
      expect(BigInt(view.subtotal)).toBe(sum);
      expect(view.total).toBe(view.subtotal + view.taxTotal + view.shippingTotal - view.discountTotal);
      expect(view.totalQuantity).toBe(lines.map((line) => line.quantity).reduce((a, b) => a + b, 0));
      expect(view.lines.reduce((total, line) => total + line.lineTotal, 0)).toBe(view.subtotal);
    }),
  );

  test(
    'the version rises by one for every operation that was applied, and never otherwise',
    always(({ before, result }) => {
      const { version } = before.state;
      expect(result.ledger.state.version).toBe(version + result.audit.length);
      expect(result.audit.map((entry) => entry.version)).toEqual(
        result.audit.map((_, index) => version + index + 1),
      );
      expect(result.hasChanged).toBe(result.audit.length > 0);
      const isReplay = result.record === undefined && !result.receipt.refusal;
      if (!isReplay) expect(result.receipt.version).toBe(result.ledger.state.version);
    }),
  );

  test('a request that changes nothing leaves the very same cart', () => {
    const unchanged = ({ before, result }: PlayedStep, snapshot: string) => {
      expect(JSON.stringify(before)).toBe(snapshot);
      if (!result.hasChanged) expect(result.ledger).toBe(before);
    };
    fc.assert(
      fc.property(anyHistory, (requests) => {
        let ledger = freshLedger();
        for (const request of requests) {
          const snapshot = JSON.stringify(ledger);
          const step = playAll([request], ledger).steps[0] as PlayedStep;
          unchanged(step, snapshot);
          ledger = step.result.ledger;
        }
      }),
    );
  });

  test(
    'an atomic request is applied whole or not at all',
    always(({ request, result }) => {
      if (!request.atomic) return;
      expect([0, request.operations.length]).toContain(result.audit.length);
      if (result.receipt.refusal) expect(result.audit).toEqual([]);
    }),
  );

  test(
    'no line holds nothing or too much, and no cart has too many lines',
    always(({ result }) => {
      const { lines } = result.ledger.state;
      expect(lines.length).toBeLessThanOrEqual(100);
      for (const { quantity } of lines) {
        expect(quantity).toBeGreaterThanOrEqual(1);
        expect(quantity).toBeLessThanOrEqual(999);
      }
    }),
  );

  test(
    'no two lines hold the same thing unless one was asked to stay apart',
    always(({ result }) => {
      const things = result.ledger.state.lines.filter((line) => !line.isSeparate).map(thing);
      expect(new Set(things).size).toBe(things.length);
    }),
  );

  test(
    'a new line gets a number that no line had before',
    always(({ before, result }) => {
      const { lines, nextLine } = before.state;
      for (const line of result.ledger.state.lines) {
        const isOld = lines.some((old) => old.id === line.id);
        if (!isOld) expect(lineNumber(line)).toBeGreaterThanOrEqual(nextLine);
        expect(lineNumber(line)).toBeLessThan(result.ledger.state.nextLine);
      }
      expect(result.ledger.state.nextLine).toBeGreaterThanOrEqual(nextLine);
    }),
  );

  test(
    'the state survives JSON without loss',
    always(({ result }) => {
      expect(JSON.parse(JSON.stringify(result.ledger))).toStrictEqual(result.ledger);
    }),
  );

  test(
    'time never runs backwards',
    always(({ before, result }) => {
      expect(result.ledger.state.updatedAt).toBeGreaterThanOrEqual(before.state.updatedAt);
    }),
  );
});

const isBuying = (operation: CartOperation): boolean =>
  operation.type === 'addItem' ||
  (operation.type === 'updateItem' &&
    operation.quantity !== 0 &&
    (operation.quantity !== undefined || operation.options !== undefined));

test('nobody buys more of a SKU than there is, over all its lines', () => {
  const check = (operations: readonly CartOperation[]) => {
    let { state } = freshLedger();
    for (const operation of operations) {
      const verdict = applyOperation(state, operation, START);
      if (!verdict.ok) continue;
      state = verdict.state;
      if (!isBuying(operation)) continue;
      const bought = state.lines.find((line) => line.id === verdict.lineId) as CartLine;
      const units = state.lines
        .filter((line) => line.sku === bought.sku)
        .reduce((sum, line) => sum + line.quantity, 0);
      expect(units).toBeLessThanOrEqual(bought.stock);
      expect(bought.isActive).toBe(true);
    }
  };
  fc.assert(fc.property(fc.array(anyOperation, { maxLength: 40 }), check));
});

test('a clock that goes back does not take the cart along', () => {
  const { state } = freshLedger();
  const verdict = applyOperation(state, { type: 'clear' }, START - 60_000);
  expect(verdict).toMatchObject({ ok: true, state: { updatedAt: START, version: 1 } });
});
