/** Messages written by hand: anything may come, nothing may break, and what is legal is read as it was meant. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBatch, readOperation } from '../../cart/read-message.ts';
import type { CartOperation, OperationType } from '../../contract/operations.ts';

const TYPES: OperationType[] = ['addItem', 'updateItem', 'removeItem', 'clear'];

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/);
const sku = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const lineId = fc.integer({ min: 1, max: 999_999_999 }).map((number) => `l${number}`);
const text = fc.string({ maxLength: 100 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const small = { maxKeys: 20, noNullPrototype: true };
const options = fc.dictionary(name, fc.oneof(text, number, fc.boolean()), small);
const attributes = fc.dictionary(name, text, small);
const plain = { noNullPrototype: true };

const legal: Record<OperationType, fc.Arbitrary<object>> = {
  addItem: fc.record(
    { sku, quantity: fc.integer({ min: 1, max: 999 }), options, attributes, separateLine: fc.boolean() },
    { requiredKeys: ['sku', 'quantity'], ...plain },
  ),
  updateItem: fc.record(
    { lineId, quantity: fc.integer({ min: 0, max: 999 }), options, attributes },
    { requiredKeys: ['lineId'], ...plain },
  ),
  removeItem: fc.record({ lineId }, plain),
  clear: fc.constant({}),
};

/** JSON of any shape, often with the fields that a message has. */
const fields = fc.dictionary(
  fc.constantFrom('sku', 'quantity', 'lineId', 'options', 'attributes', 'operations', 'type', 'separateLine'),
  fc.oneof(fc.jsonValue(), sku, lineId, fc.constantFrom(...TYPES), fc.integer()),
);
const anything = fc.oneof(
  fc.jsonValue(),
  fields,
  fc.record({ operations: fc.array(fields) }),
  fc.constant(undefined),
);

describe('reading', () => {
  test('never throws: there is an operation or a sentence that says what is wrong', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(...TYPES), (message, type) => {
        for (const read of [readOperation(type, message), readBatch(message)]) {
          if ('fault' in read) expect(read.fault).toMatch(/\w+: .+/);
          else expect(Object.keys(read)).not.toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each(TYPES)('accepts every legal %s as it is', (type) => {
    fc.assert(
      fc.property(legal[type], (message) => {
        expect(readOperation(type, message)).toEqual({ operation: { ...message, type } });
      }),
    );
  });

  test('accepts every legal batch as it is, in order', () => {
    const one = fc
      .constantFrom(...TYPES)
      .chain((type) => legal[type].map((message) => ({ ...message, type }) as CartOperation));
    fc.assert(
      fc.property(fc.boolean(), fc.array(one, { minLength: 1, maxLength: 50 }), (atomic, operations) => {
        expect(readBatch({ atomic, operations })).toEqual({ atomic, operations });
      }),
    );
  });

  test("keeps to the message's own name, whatever type it claims", () => {
    expect(readOperation('clear', { type: 'addItem' })).toEqual({ operation: { type: 'clear' } });
  });

  test('takes no message at all for a clear', () => {
    expect(readOperation('clear', undefined)).toEqual({ operation: { type: 'clear' } });
  });
});

const tooMany = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`n${index}`, 'x']));

describe('a message is turned away', () => {
  test.each<[string, OperationType, unknown]>([
    ['sku', 'addItem', null],
    ['sku', 'addItem', { quantity: 1 }],
    ['sku', 'addItem', { sku: 'a b', quantity: 1 }],
    ['sku', 'addItem', { sku: 'A'.repeat(65), quantity: 1 }],
    ['sku', 'addItem', { sku: 'A\n', quantity: 1 }],
    ['quantity', 'addItem', { sku: 'A' }],
    ['quantity', 'addItem', { sku: 'A', quantity: 0 }],
    ['quantity', 'addItem', { sku: 'A', quantity: 1_000 }],
    ['quantity', 'addItem', { sku: 'A', quantity: 1.5 }],
    ['quantity', 'addItem', { sku: 'A', quantity: '1' }],
    ['separateLine', 'addItem', { sku: 'A', quantity: 1, separateLine: 'no' }],
    ['options', 'addItem', { sku: 'A', quantity: 1, options: [] }],
    ['options', 'addItem', { sku: 'A', quantity: 1, options: tooMany }],
    ['options', 'addItem', { sku: 'A', quantity: 1, options: { width: null } }],
    ['options', 'addItem', { sku: 'A', quantity: 1, options: { 'a b': 1 } }],
    ['attributes', 'addItem', { sku: 'A', quantity: 1, attributes: { note: 1 } }],
    ['attributes', 'addItem', { sku: 'A', quantity: 1, attributes: { note: 'x'.repeat(501) } }],
    ['lineId', 'updateItem', { lineId: 'l0', quantity: 1 }],
    ['quantity', 'updateItem', { lineId: 'l1', quantity: -1 }],
    ['options', 'updateItem', { lineId: 'l1', options: JSON.parse('{"__proto__": 1}') as unknown }],
    ['lineId', 'removeItem', { lineId: 1 }],
    ['lineId', 'removeItem', { lineId: 'l1234567890' }],
  ])('for its %s: %s %j', (field, type, message) => {
    expect(readOperation(type, message)).toEqual({
      fault: expect.stringMatching(`^${type}: ${field}: `) as string,
    });
  });

  test.each([
    ['no list', {}],
    ['an empty list', { operations: [] }],
    ['too long a list', { operations: Array.from({ length: 51 }, () => ({ type: 'clear' })) }],
    ['an operation without a type', { operations: [{ sku: 'A' }] }],
    ['an unknown type', { operations: [{ type: 'constructor' }] }],
    ['a null among the operations', { operations: [null] }],
    ['one bad operation', { operations: [{ type: 'clear' }, { type: 'removeItem' }] }],
  ])('as a batch with %s', (_what, message) => {
    expect(readBatch(message)).toHaveProperty('fault');
  });
});
