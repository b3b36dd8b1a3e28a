/**
 * Random histories of one cart: requests of every kind, right and wrong, with keys that come again, over a catalogue whose prices and
 * stock move between them. `playAll` applies them and keeps every step.
 */
import fc from 'fast-check';
import { type Applied, applyRequest, type Ledger } from '../../cart/apply-request.ts';
import { newCart } from '../../cart/new-cart.ts';
import type { CartPolicy } from '../../cart/state.ts';
import type { CartOperation, CartRequest } from '../../contract/operations.ts';
import type { ProductFacts } from '../../contract/product-facts.ts';
import { configurableFacts, simpleFacts, variantFacts } from '../support/facts.ts';
import { TEST_POLICY } from '../support/policy.ts';

export const START = Date.UTC(2026, 10, 21);

const PRODUCTS: ProductFacts[] = [
  simpleFacts('PLAIN', { unitPrice: 1_999 }),
  variantFacts('VARIANT', 4_000, 995),
  simpleFacts('SCARCE', { available: 7 }),
  configurableFacts('CUSTOM'),
];

const quantity = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: 5, max: 999 }) },
);

const lineId = fc.integer({ min: 1, max: 9 }).map((number) => `l${number}`);

const attributes = fc.dictionary(fc.constantFrom('gift', 'note', 'campaign'), fc.constantFrom('a', 'b'), {
  maxKeys: 2,
  noNullPrototype: true,
});

/** Options of CUSTOM in various forms, a few of them wrong. */
const customOptions = fc.record(
  {
    width: fc.constantFrom(120, '120', '120.0', 90.5, 9),
    height: fc.constantFrom(80, '80.00', 33.3),
    material: fc.constantFrom('cotton', 'linen', 'steel'),
    engraving: fc.constantFrom('', 'Ada', ' Ada '),
  },
  { requiredKeys: ['width', 'height'] },
);

/** What the catalogue says at the time of a request: prices and stock move, now and then something is gone. */
const world = fc.record({
  factor: fc.constantFrom(1, 1, 1, 2),
  stockCut: fc.constantFrom(0, 0, 3),
  gone: fc.constantFrom('', '', '', 'PLAIN', 'CUSTOM'),
  revision: fc.integer({ min: 1, max: 1_000 }),
});
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

const factsIn = (product: ProductFacts, { factor, stockCut, gone, revision }: World): ProductFacts => ({
  ...product,
  unitPrice: product.unitPrice * factor,
  available: product.available - stockCut,
  active: product.sku !== gone,
  revision,
});

const addItem = fc
  .record(
    {
      product: fc.constantFrom(...PRODUCTS),
      quantity,
      options: customOptions,
      attributes,
      separateLine: fc.constantFrom(true, false, false, false),
    },
    { requiredKeys: ['product', 'quantity', 'options'] },
  )
  .map(({ product, options, ...rest }) => (now: World): CartOperation => {
    const facts = factsIn(product, now);
    const own = product.options.length > 0 ? { options } : {};
    return { type: 'addItem', sku: product.sku, facts, ...own, ...rest };
  });

const updateItem = fc
  .record(
    {
      lineId,
      product: fc.constantFrom(undefined, ...PRODUCTS),
      quantity: fc.oneof(fc.constant(0), quantity),
      options: customOptions,
      attributes,
    },
    { requiredKeys: ['lineId', 'product'] },
  )
  .map(({ product, ...rest }) => (now: World): CartOperation => {
    const facts = product ? { facts: factsIn(product, now) } : {};
    return { type: 'updateItem', ...rest, ...facts };
  });

const removeItem = lineId.map((id) => (): CartOperation => ({ type: 'removeItem', lineId: id }));
const clear = fc.constant((): CartOperation => ({ type: 'clear' }));

export const anyOperation: fc.Arbitrary<CartOperation> = fc
  .tuple(
    fc.oneof(
      { weight: 10, arbitrary: addItem },
      { weight: 5, arbitrary: updateItem },
      { weight: 2, arbitrary: removeItem },
      { weight: 1, arbitrary: clear },
    ),
    world,
  )
  .map(([operation, now]) => operation(now));

/** Keys come from a short list, so that retries and reuse happen by themselves. */
const anyRequest: fc.Arbitrary<CartRequest> = fc
  .record({
    key: fc.integer({ min: 1, max: 30 }),
    ifMatch: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined, freq: 8 }),
    atomic: fc.boolean(),
    operations: fc.array(anyOperation, { minLength: 1, maxLength: 4 }),
  })
  .map(({ key, ifMatch, atomic, operations }) => ({
    key: `key-${key}`,
    fingerprint: JSON.stringify(operations),
    attempt: `attempt-${key}`,
    actor: 'guest:hash',
    requestId: `request-${key}`,
    atomic,
    operations,
    ...(ifMatch === undefined ? {} : { ifMatch }),
  }));

export const anyHistory = fc.array(anyRequest, { minLength: 1, maxLength: 30 });

export interface PlayedStep {
  before: Ledger;
  request: CartRequest;
  result: Applied;
}

export const freshLedger = (): Ledger => ({
  state: newCart({ cartId: 'cart-1', owner: 'guest', ownerHash: 'hash', currency: 'EUR' }, START),
  remembered: [],
});

/** One second passes between requests. */
export function playAll(
  requests: readonly CartRequest[],
  from: Ledger = freshLedger(),
  policy: CartPolicy = TEST_POLICY,
): { ledger: Ledger; steps: PlayedStep[] } {
  let ledger = from;
  const steps = requests.map((request, index): PlayedStep => {
    const before = ledger;
    const result = applyRequest(before, request, START + index * 1_000, policy);
    ledger = result.ledger;
    return { before, request, result };
  });
  return { ledger, steps };
}
