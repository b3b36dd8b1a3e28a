/** Every message of a cart by its name: as Update and as Signal, from the API and by hand; and what a refusal leaves behind. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CartOperation } from '../../contract/operations.ts';
import { eventually } from '../support/eventually.ts';
import { requestFor } from '../support/requests.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal();
});
afterAll(() => temporal?.close());

/** A cart with two T-A on line l1. */
async function filledCart() {
  const cart = temporal.cart();
  await cart.add('T-A', 2);
  return cart;
}

/** Each operation on such a cart, by name, and the quantities by line that follow. */
const OPERATIONS: [CartOperation, Record<string, number>][] = [
  [
    { type: 'addItem', sku: 'T-B', quantity: 3 },
    { l1: 2, l2: 3 },
  ],
  [{ type: 'addItem', sku: 'T-A', quantity: 3 }, { l1: 5 }],
  [{ type: 'updateItem', lineId: 'l1', quantity: 7 }, { l1: 7 }],
  [{ type: 'removeItem', lineId: 'l1' }, {}],
  [{ type: 'clear' }, {}],
];

const quantitiesOf = (view: { lines: { id: string; quantity: number }[] }) =>
  Object.fromEntries(view.lines.map((line) => [line.id, line.quantity]));

const nameOf = ({ type, ...what }: CartOperation) => `${type} ${JSON.stringify(what)}`;

async function withFacts(cart: Awaited<ReturnType<typeof filledCart>>, operation: CartOperation) {
  return operation.type === 'addItem' ? cart.addOf(operation.sku, operation.quantity) : operation;
}

describe.each(OPERATIONS.map(([operation, after]) => ({ name: nameOf(operation), operation, after })))(
  '$name',
  ({ operation, after }) => {
    test('as an Update from the API is applied, published and answered', async () => {
      const cart = await filledCart();
      const receipt = await cart.do(await withFacts(cart, operation));
      expect(receipt).toMatchObject({ version: 2 });
      expect(receipt.refusal).toBeUndefined();
      expect(quantitiesOf(await cart.view())).toEqual(after);
      expect(await cart.publishedView()).toEqual(await cart.view());
      expect((await cart.audit()).map((row) => row.kind)).toEqual(['addItem', operation.type]);
    });

    test('as a Signal from the API is applied and published', async () => {
      const cart = await filledCart();
      await cart.signal(requestFor(await withFacts(cart, operation), { idempotencyKey: 'async' }));
      await eventually(async () => expect((await cart.row())?.version).toBe(2));
      expect(quantitiesOf(await cart.view())).toEqual(after);
      expect(await cart.status('async')).toEqual({ status: 'applied', version: 2 });
    });

    test('as an Update by hand, without facts or envelope, is applied and published', async () => {
      const cart = await filledCart();
      const { type, ...what } = operation;
      const receipt = await cart.updateByHand(type, what);
      expect(receipt).toMatchObject({ version: 2 });
      expect(quantitiesOf(await cart.view())).toEqual(after);
      expect((await cart.audit()).at(-1)).toMatchObject({ kind: type, actor: 'operator' });
    });

    test('as a Signal by hand is applied and published', async () => {
      const cart = await filledCart();
      const { type, ...what } = operation;
      await cart.signalByHand(type, what);
      await eventually(async () => expect((await cart.row())?.version).toBe(2));
      expect(quantitiesOf(await cart.view())).toEqual(after);
    });
  },
);

describe('a batch', () => {
  const operations = [
    { type: 'addItem', sku: 'T-B', quantity: 1 },
    { type: 'removeItem', lineId: 'l1' },
  ];

  test('by hand as Update and as Signal is priced and applied', async () => {
    const cart = await filledCart();
    const receipt = await cart.updateByHand('batch', { atomic: true, operations });
    expect(receipt).toMatchObject({ version: 3, outcomes: [{ ok: true, lineId: 'l2' }, { ok: true }] });
    await cart.signalByHand('batch', { atomic: false, operations });
    await eventually(async () => expect((await cart.row())?.version).toBe(4));
    expect(quantitiesOf(await cart.view())).toEqual({ l2: 2 });
  });

  test('that is not atomic applies what it can and says what it could not', async () => {
    const cart = await filledCart();
    const receipt = await cart.do(
      [
        { type: 'removeItem', lineId: 'l9' },
        { type: 'updateItem', lineId: 'l1', quantity: 4 },
      ],
      { atomic: false },
    );
    expect(receipt.version).toBe(2);
    expect(receipt.outcomes).toMatchObject([
      { ok: false, refusal: { code: 'line_not_found' } },
      { ok: true, lineId: 'l1' },
    ]);
  });

  test('that is atomic changes nothing when one operation is refused', async () => {
    const cart = await filledCart();
    const before = await cart.historyLength();
    const receipt = await cart.do([{ type: 'clear' }, { type: 'removeItem', lineId: 'l9' }]);
    expect(receipt).toMatchObject({ version: 1, refusal: { code: 'line_not_found' } });
    expect(await cart.historyLength()).toBe(before);
  });
});

describe('several requests in one Update', () => {
  test('each get their receipt, in order', async () => {
    const cart = await filledCart();
    const receipts = await cart.submitAll([
      requestFor({ type: 'removeItem', lineId: 'l9' }),
      requestFor(await cart.addOf('T-A', 1)),
      requestFor({ type: 'updateItem', lineId: 'l1', quantity: 9 }),
    ]);
    expect(receipts.map(({ version, refusal }) => [version, refusal?.code])).toEqual([
      [1, 'line_not_found'],
      [2, undefined],
      [3, undefined],
    ]);
  });
});

describe('a refusal', () => {
  test.each([
    ['unknown line', { type: 'removeItem', lineId: 'l7' }, {}, 'line_not_found'],
    ['stale version', { type: 'clear' }, { ifMatch: 0 }, 'version_conflict'],
    ['no facts', { type: 'addItem', sku: 'T-NONE', quantity: 1 }, {}, 'sku_unknown'],
  ] as const)('(%s) leaves no event in the history and no version', async (_name, operation, more, code) => {
    const cart = await filledCart();
    const before = await cart.historyLength();
    const receipt = await cart.do(operation as CartOperation, more);
    expect(receipt).toMatchObject({ version: 1, refusal: { code } });
    expect(await cart.historyLength()).toBe(before);
  });

  test('of a Signal is recorded under its key, and the operator sees a note', async () => {
    const cart = await filledCart();
    await cart.signal(requestFor({ type: 'removeItem', lineId: 'l7' }, { idempotencyKey: 'lost' }));
    await eventually(async () => expect(await cart.requests()).toHaveLength(2));
    expect((await cart.requests()).find((row) => row.status === 'refused')).toMatchObject({ version: 1 });
    expect(await cart.details()).toContain('refused: This line is not in the cart.');
  });

  test('of an Update by hand comes back as a receipt', async () => {
    const cart = await filledCart();
    expect(await cart.updateByHand('addItem', { sku: 'T-NONE', quantity: 1 })).toMatchObject({
      version: 1,
      refusal: { code: 'sku_unknown' },
    });
  });
});

test('an Update by hand may set options, which are checked and priced', async () => {
  const cart = temporal.cart();
  await cart.start();
  await cart.updateByHand('addItem', {
    sku: 'T-CUSTOM',
    quantity: 1,
    options: { width: 100, height: 50 },
  });
  const [line] = (await cart.view()).lines;
  const receipt = await cart.updateByHand('updateItem', {
    lineId: line?.id,
    options: { ...line?.options, width: 200 },
  });
  expect(receipt).toMatchObject({ version: 2 });
  expect((await cart.view()).lines[0]?.unitPrice).toBeGreaterThan(line?.unitPrice ?? Infinity);
});

test('fifty spaced adds cost at most six events each', async () => {
  const cart = temporal.cart();
  await cart.add('T-A', 1);
  const before = await cart.historyLength();
  for (let count = 0; count < 50; count += 1) await cart.add('T-A', 1);
  const perOperation = ((await cart.historyLength()) - before) / 50;
  console.log(`events per operation: ${perOperation}`);
  expect(perOperation).toBeLessThanOrEqual(6);
});
