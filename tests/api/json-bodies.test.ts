/** The body scanner against JSON.parse, with random values and with the attacks that it exists for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../api/middleware/parse-json.ts';
import { Problem } from '../../api/problem.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const codeOf = (body: Uint8Array | string): string => {
  try {
    parseJson(typeof body === 'string' ? bytes(body) : body);
    return 'accepted';
  } catch (error) {
    return error instanceof Problem ? error.code : `threw ${String(error)}`;
  }
};

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const name = fc.string({ unit: 'grapheme' }).filter((text) => !FORBIDDEN.has(text));
const depth = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
const value = fc
  .jsonValue({ stringUnit: 'grapheme', maxDepth: 8 })
  .filter((json) => !/__proto__|constructor|prototype/.test(JSON.stringify(json)));

describe('a body', () => {
  test('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2, '\t'), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('that JSON.parse refuses is refused', () => {
    const near = fc.tuple(value, fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '\\', ':', '\u0000', '1'));
    fc.assert(
      fc.property(near, ([json, at, junk]) => {
        const text = JSON.stringify(json);
        const cut = at % (text.length + 1);
        const broken = text.slice(0, cut) + junk + text.slice(cut + 1);
        let isValid = true;
        try {
          JSON.parse(broken);
        } catch {
          isValid = false;
        }
        const code = codeOf(broken);
        if (!isValid) expect(code).toBe('invalid_json');
        else expect(['accepted', 'invalid_json']).toContain(code);
      }),
      { numRuns: 3_000 },
    );
  });

  test('of random bytes never throws anything but a problem', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        expect(['accepted', 'invalid_json']).toContain(codeOf(body));
      }),
      { numRuns: 3_000 },
    );
  });

  test('with a name twice in one object is refused wherever the object stands', () => {
    fc.assert(
      fc.property(name, fc.constantFrom('', '[', '{"a":', '[{"b":[1,'), (key, before) => {
        const twice = `{${JSON.stringify(key)}:1,"${'other'}":"${'x,{'}",${JSON.stringify(key)}:2}`;
        const after = before
          .split('')
          .reverse()
          .map((c) => ({ '[': ']', '{': '}' })[c] ?? '')
          .join('');
        if (key !== 'other') expect(codeOf(before + twice + after)).toBe('invalid_json');
      }),
    );
  });

  test.each([
    ['one name, written differently', '{"sku":1,"\\u0073ku":2}'],
    ['__proto__', '{"__proto__":{}}'],
    ['__proto__, escaped', '{"\\u005f_proto__":{}}'],
    ['constructor', '[{"constructor":1}]'],
    ['prototype', '{"a":{"prototype":1}}'],
    ['17 levels', '['.repeat(17) + ']'.repeat(17)],
    ['60,000 open brackets', '['.repeat(60_000)],
    ['half a character', '"\\ud800"'],
    ['half a character in a name', '{"\\udc00":1}'],
    ['a byte order mark', '\ufeff{}'],
    ['nothing', ''],
    ['white space', '  \n'],
    ['two values', '{}{}'],
    ['a comment', '{/* */}'],
    ['NaN', 'NaN'],
    ['a trailing comma', '[1,]'],
    ['a text that is not closed', '"abc'],
  ])('with %s is invalid_json', (_name, body) => {
    expect(codeOf(body)).toBe('invalid_json');
  });

  test.each([
    ['cut UTF-8', [0x22, 0xc3, 0x22]],
    ['a surrogate as UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['overlong UTF-8', [0x22, 0xc0, 0xaf, 0x22]],
  ])('with %s is invalid_json', (_name, body) => {
    expect(codeOf(Uint8Array.from(body))).toBe('invalid_json');
  });

  test.each([
    ['16 levels', '['.repeat(16) + ']'.repeat(16)],
    ['a whole surrogate pair as escapes', '"\\ud83d\\ude00"'],
    ['equal names in different objects', '[{"a":1},{"a":1,"b":{"a":2}}]'],
    ['a forbidden name as a value', '{"a":"__proto__"}'],
    ['brackets in a text', '{"a":"{\\"a\\":[","b":"]"}'],
  ])('with %s is accepted', (_name, body) => {
    expect(codeOf(body)).toBe('accepted');
    expect(depth(parseJson(bytes(body)))).toBeLessThanOrEqual(16);
  });
});
