/** Options in canonical form: one text for everything that means the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalOptions, optionsKey } from '../../cart/options.ts';
import type { OptionDefinition, Options, OptionValue } from '../../contract/product-facts.ts';
import { centimetres, choice, engraving } from '../../database/catalogues/catalogue-product.ts';
import { configurableFacts } from '../support/facts.ts';

const { options: DEFINITIONS } = configurableFacts('CUSTOM');

const canonical = (given: Options, definitions: readonly OptionDefinition[] = DEFINITIONS): Options => {
  const verdict = canonicalOptions(definitions, given);
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.errors));
  return verdict.options;
};

const codes = (given: Options | undefined, definitions: readonly OptionDefinition[] = DEFINITIONS) => {
  const verdict = canonicalOptions(definitions, given);
  return verdict.ok ? [] : verdict.errors.map((error) => `${error.path} ${error.code}`);
};

const tenths = fc.integer({ min: 100, max: 3_000 });

const fitting = fc.record(
  {
    width: tenths.map((value) => value / 10),
    height: tenths.map((value) => value / 10),
    material: fc.constantFrom('cotton', 'linen', 'canvas'),
    engraving: fc.string({ unit: 'grapheme', maxLength: 10 }),
  },
  { requiredKeys: ['width', 'height'], noNullPrototype: true },
);

describe('options that fit', () => {
  test('mean the same in every order', () => {
    const shuffled = fitting.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray(Object.entries(given), { minLength: Object.keys(given).length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([given, entries]) => {
        const again = Object.fromEntries(entries) as Options;
        expect(optionsKey(canonical(again))).toBe(optionsKey(canonical(given)));
      }),
    );
  });

  test('are canonical after one pass, and stay so through JSON', () => {
    fc.assert(
      fc.property(fitting, (given) => {
        const once = canonical(given);
        expect(canonical(once)).toStrictEqual(once);
        expect(JSON.parse(JSON.stringify(once))).toStrictEqual(once);
        expect(Object.keys(once)).toEqual(Object.keys(once).toSorted());
      }),
    );
  });

  test('may write their numbers as decimal text', () => {
    const forms = (value: number): OptionValue[] => [
      value,
      String(value),
      value.toFixed(1),
      value.toFixed(3),
      `+${value}`,
    ];
    fc.assert(
      fc.property(tenths, fc.nat(4), (value, form) => {
        const written = forms(value / 10)[form] as OptionValue;
        expect(canonical({ width: written, height: 80 }).width).toBe(value / 10);
      }),
    );
  });

  test('without a number get its default, and negative zero is zero', () => {
    const offset: OptionDefinition = { ...centimetres('offset', -10, 10, 0.5), default: 2.5 };
    expect(canonical({}, [offset])).toStrictEqual({ offset: 2.5 });
    expect(canonical({ offset: '-0' }, [offset])).toStrictEqual({ offset: 0 });
    expect(canonical({ offset: -9.5 }, [offset])).toStrictEqual({ offset: -9.5 });
  });

  test('may be left out where they are not required', () => {
    const colour: OptionDefinition = { type: 'choice', name: 'colour', required: false, choices: [] };
    expect(canonical({}, [colour])).toEqual({});
    expect(codes({}, [{ ...colour, required: true }])).toEqual(['options.colour required']);
  });

  test('may give a choice as a number or a truth value of the same text', () => {
    const definitions = [choice('size', ['40', 'EU 40', 0]), choice('lined', ['true', 'yes', 0])];
    expect(canonical({ size: 40, lined: true }, definitions)).toEqual({ size: '40', lined: 'true' });
  });

  test('count characters, not code units', () => {
    expect(canonical({ engraving: '👩‍👩‍👧'.repeat(1) }, [engraving(5, 0)])).toEqual({ engraving: '👩‍👩‍👧' });
    expect(codes({ engraving: '😀'.repeat(6) }, [engraving(5, 0)])).toEqual(['options.engraving too_long']);
  });
});

describe('options that do not fit', () => {
  test('are all named, each with its place', () => {
    const given = { width: 9, height: 10.05, material: 'steel', engraving: 'x'.repeat(41), colour: 'red' };
    expect(codes(given)).toEqual([
      'options.colour unknown_option',
      'options.width out_of_range',
      'options.height off_step',
      'options.material not_a_choice',
      'options.engraving too_long',
    ]);
  });

  test('include every required one that is missing', () => {
    expect(codes(undefined)).toEqual(['options.width required', 'options.height required']);
  });

  test.each(['12px', '', ' 12', '1e99', '0x10', 'NaN', 'Infinity', Number.NaN, true, 10.00001, 2 ** 60])(
    '%j is no measure',
    (width) => expect(codes({ width, height: 80 })).toEqual(['options.width not_a_number']),
  );

  test('cannot reach into an object', () => {
    const hostile = JSON.parse('{"__proto__": 1, "constructor": 2, "width": 120, "height": 80}') as Options;
    expect(codes(hostile)).toEqual([
      'options.__proto__ unknown_option',
      'options.constructor unknown_option',
    ]);
    expect(codes({}, [{ ...engraving(5, 0), name: 'toString', required: true }])).toEqual([
      'options.toString required',
    ]);
  });

  test('never throw, whatever they are', () => {
    const anything = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.double(), fc.boolean()));
    fc.assert(
      fc.property(anything, (given) => {
        expect(typeof canonicalOptions(DEFINITIONS, given).ok).toBe('boolean');
      }),
    );
  });
});
