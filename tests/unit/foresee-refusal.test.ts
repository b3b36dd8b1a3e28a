/** What the catalogue alone tells about a checkout before anything is written. */
import { expect, test } from 'vitest';
import { foreseeRefusal } from '../../cart/foresee-refusal.ts';
import { toCartView } from '../../cart/view.ts';
import type { CartLine } from '../../cart/state.ts';
import type { ProductFacts } from '../../contract/product-facts.ts';
import { simpleFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { aLine, aState } from '../support/publication.ts';

const foresee = (lines: CartLine[], facts: ProductFacts[]) =>
  foreseeRefusal(
    toCartView(aState({ lines }), TEST_POLICY).lines,
    new Map(facts.map((fact) => [fact.sku, fact])),
  );

test('nothing speaks against what is sold and there, whatever it costs by now', () => {
  expect(
    foresee([aLine({ quantity: 3 })], [simpleFacts('T-A', { available: 3, unitPrice: 5 })]),
  ).toBeUndefined();
});

test('lines of one SKU want its units together', () => {
  const lines = [aLine({ quantity: 2 }), aLine({ id: 'l2', quantity: 2, options: { size: 'L' } })];
  expect(foresee(lines, [simpleFacts('T-A', { available: 3 })])).toMatchObject({
    code: 'out_of_stock',
    shortages: [{ sku: 'T-A', wanted: 4, available: 3 }],
  });
});

test('what is no longer sold, or gone from the catalogue, is named before what is short', () => {
  const lines = [
    aLine({ quantity: 9 }),
    aLine({ id: 'l2', sku: 'T-B', title: 'B' }),
    aLine({ id: 'l3', sku: 'T-C' }),
  ];
  const facts = [simpleFacts('T-A', { available: 1 }), simpleFacts('T-B', { active: false })];
  expect(foresee(lines, facts)).toMatchObject({
    code: 'sku_unavailable',
    errors: [{ path: 'lines.l2' }, { path: 'lines.l3' }],
  });
});
