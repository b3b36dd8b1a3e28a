/** Product facts that somebody forged: they are turned away, or the rules bear them. A rule that throws would stop a cart. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyOperation } from '../../cart/apply-operation.ts';
import { areFacts } from '../../cart/read-facts.ts';
import { readOperation } from '../../cart/read-message.ts';
import { toCartView } from '../../cart/view.ts';
import type { ProductFacts } from '../../contract/product-facts.ts';
import { configurableFacts, simpleFacts, testCatalogueFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { freshLedger, START } from './random-carts.ts';

const SIZE = { width: 100, height: 100 };

/** Every place in the facts that may be replaced, as a path of names. */
function placesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, own]) => placesOf(own, [...path, name]));
  return path.length === 0 ? inner : [path, ...inner];
}

const FACTS = configurableFacts('C');
const PLACES = placesOf(FACTS);

function replaced(facts: ProductFacts, path: readonly string[], value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(facts)) as Record<string, unknown>;
  let inner = copy;
  for (const name of path.slice(0, -1)) inner = inner[name] as Record<string, unknown>;
  inner[path.at(-1) as string] = value;
  return copy;
}

const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.integer(),
  fc.double(),
  fc.constantFrom('__proto__', -1, 0, 1e300, Number.MAX_SAFE_INTEGER, null, 'choice', 'number', 'text'),
);

describe('facts', () => {
  test('of the whole test catalogue are facts', () => {
    expect([...testCatalogueFacts().values()].filter((facts) => !areFacts(facts))).toEqual([]);
  });

  test.each([
    null,
    1,
    'facts',
    [],
    {},
    { ...FACTS, unitPrice: 0.5 },
    { ...FACTS, active: 1 },
    { ...FACTS, options: {} },
  ])('are not %j', (value) => {
    expect(areFacts(value)).toBe(false);
    const message = { sku: 'C', quantity: 1, facts: value };
    expect(readOperation('addItem', message)).toEqual({ fault: 'addItem: facts: leave them out' });
    expect(readOperation('updateItem', { lineId: 'l1', facts: value })).toHaveProperty('fault');
  });

  test.each(PLACES.map((path) => [path.join('.'), path] as const))(
    'may not be an object at %s',
    (_name, path) => {
      const isKnown = areFacts(replaced(FACTS, path, { toString: 'no function' }));
      // What the rules never look at may be anything: labels and units are for people, `required` and defaults are judged as values.
      expect(isKnown).toBe(/\.(label|unit|required|default)$/.test(path.join('.')));
    },
  );

  test('that pass never make a rule throw, nor a cart that JSON cannot carry', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PLACES), anyValue, fc.boolean(), (path, value, isUpdate) => {
        const facts = replaced(FACTS, path, value);
        const message = isUpdate
          ? { lineId: 'l1', quantity: 2, options: SIZE, facts }
          : { sku: 'C', quantity: 1, options: SIZE, facts };
        const read = readOperation(isUpdate ? 'updateItem' : 'addItem', message);
        if ('fault' in read) return;
        const add = { type: 'addItem' as const, sku: 'C', quantity: 1, options: SIZE, facts: FACTS };
        const before = applyOperation(freshLedger().state, add, START);
        if (!before.ok) throw new Error(before.refusal.detail);
        const verdict = applyOperation(before.state, read.operation, START);
        if (!verdict.ok) return;
        expect(JSON.parse(JSON.stringify(verdict.state))).toEqual(verdict.state);
        expect(toCartView(verdict.state, TEST_POLICY).version).toBe(2);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of another SKU never price a line', () => {
    const add = { type: 'addItem' as const, sku: 'A', quantity: 1, facts: simpleFacts('A') };
    const before = applyOperation(freshLedger().state, add, START);
    if (!before.ok) throw new Error(before.refusal.detail);
    const facts = simpleFacts('B', { unitPrice: 1 });
    const after = applyOperation(
      before.state,
      { type: 'updateItem', lineId: 'l1', quantity: 2, facts },
      START,
    );
    expect(after).toMatchObject({
      ok: true,
      state: { lines: [{ sku: 'A', unitPrice: 1_000, quantity: 2 }] },
    });
  });
});
