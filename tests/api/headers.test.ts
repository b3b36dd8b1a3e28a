/** The request headers that carry meaning: keys, versions, preferences, cookies, media types, request ids. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasCookie, readCookie } from '../../api/headers/cookies.ts';
import { isNoneMatchHit, readIfMatch } from '../../api/headers/entity-tags.ts';
import { readIdempotencyKey, shortHash } from '../../api/headers/idempotency-key.ts';
import { prefersAsync } from '../../api/headers/prefer.ts';
import { requireJson } from '../../api/middleware/media-type.ts';
import { requestIdOf } from '../../api/middleware/request-id.ts';

describe('Idempotency-Key', () => {
  test('is the same bare and quoted', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    });
    fc.assert(
      fc.property(printable, (key) => {
        const quoted = `"${key.replace(/["\\]/g, '\\$&')}"`;
        expect(readIdempotencyKey([quoted])).toBe(key);
        if (!key.startsWith('"')) expect(readIdempotencyKey([key])).toBe(key);
      }),
    );
  });

  test.each([
    ['empty', ['']],
    ['empty and quoted', ['""']],
    ['256 characters', ['k'.repeat(256)]],
    ['256 characters, quoted', [`"${'k'.repeat(256)}"`]],
    ['not ASCII', ['schlüssel']],
    ['a control character', ['a\u0001b']],
    ['an open quote', ['"abc']],
    ['a bad escape', ['"a\\bc"']],
    ['something after the quote', ['"a";b=1']],
    ['two headers', ['a', 'a']],
  ])('with %s is refused', (_name, values) => {
    expect(() => readIdempotencyKey(values)).toThrow(
      expect.objectContaining({ code: 'idempotency_key_invalid' }),
    );
  });

  test('may be missing, and may have 255 characters', () => {
    expect(readIdempotencyKey([])).toBeUndefined();
    expect(readIdempotencyKey(['k'.repeat(255)])).toHaveLength(255);
  });

  test('is hashed to 22 characters that are safe anywhere', () => {
    expect(shortHash('k')).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});

describe('entity tags', () => {
  test.each([
    ['"5"', [5]],
    ['"5.1234"', [5]],
    ['"4", "5"', [4, 5]],
    [' "4"\t,\t"5" ', [4, 5]],
    ['W/"5"', []],
    ['W/"5", "6"', [6]],
    ['"abc"', []],
    ['""', []],
    ['*', '*'],
    [' * ', '*'],
    ['"99999999999999999999"', []],
    ['', []],
  ])('If-Match: %s accepts %j', (header, versions) => {
    expect(readIfMatch(header)).toEqual(versions);
  });

  test.each(['5', '"5', '5"', '"5" "6"', '"a"b"', '*, "5"', 'w/"5"'])(
    'If-Match: %s is malformed',
    (header) => {
      expect(() => readIfMatch(header)).toThrow(expect.objectContaining({ code: 'invalid_header' }));
    },
  );

  test('If-None-Match compares whole tags, weak ones too', () => {
    expect(isNoneMatchHit('"5"', '"5"', true)).toBe(true);
    expect(isNoneMatchHit('W/"5"', '"5"', true)).toBe(true);
    expect(isNoneMatchHit('"4", "5.7"', '"5.7"', true)).toBe(true);
    expect(isNoneMatchHit('"5"', '"5.7"', true)).toBe(false);
    expect(isNoneMatchHit('*', '"5"', true)).toBe(true);
    expect(isNoneMatchHit('*', '"0"', false)).toBe(false);
    expect(isNoneMatchHit(undefined, '"5"', true)).toBe(false);
  });

  test('no header makes the reader throw anything but invalid_header, or hang', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', 'W', '/', ',', ' ', '*', '5', '.'), maxLength: 40 }),
        (header) => {
          try {
            readIfMatch(header);
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_header' });
          }
        },
      ),
    );
  });
});

describe('Prefer', () => {
  test.each([
    ['respond-async', true],
    ['Respond-Async', true],
    ['return=minimal, respond-async; wait=5', true],
    ['wait=5', false],
    ['respond-async2', false],
    [undefined, false],
  ])('%s → %s', (header, isAsync) => {
    expect(prefersAsync(header)).toBe(isAsync);
  });
});

describe('cookies', () => {
  test('are found by exact name among others', () => {
    expect(readCookie('a=1; __Host-cart=x=y; b=2', '__Host-cart')).toBe('x=y');
    expect(readCookie('a__Host-cart=1; __host-cart=2', '__Host-cart')).toBeUndefined();
    expect(readCookie(undefined, '__Host-cart')).toBeUndefined();
  });

  test('two of one name are none', () => {
    expect(readCookie('__Host-cart=a; __Host-cart=b', '__Host-cart')).toBeUndefined();
    expect(readCookie('__Host-cart=a; __Host-cart=a', '__Host-cart')).toBeUndefined();
    expect(hasCookie('__Host-cart=a; __Host-cart=b', '__Host-cart')).toBe(true);
  });
});

describe('media type', () => {
  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('%s is taken', (type) => expect(() => requireJson(type, undefined)).not.toThrow());

  test.each([
    undefined,
    '',
    'text/plain',
    'text/json',
    'application/json; charset=latin1',
    'application/ld+json',
    'application/jsonx',
    'application/json, text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
  ])('%s is refused', (type) => {
    expect(() => requireJson(type, undefined)).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type' }),
    );
  });

  test('compressed bodies are refused', () => {
    expect(() => requireJson('application/json', 'gzip')).toThrow(
      expect.objectContaining({ code: 'unsupported_media_type' }),
    );
    expect(() => requireJson('application/json', 'identity')).not.toThrow();
  });
});

describe('X-Request-Id', () => {
  test('is kept when well-formed and replaced when not', () => {
    expect(requestIdOf('abc-1.2_3')).toBe('abc-1.2_3');
    for (const bad of [undefined, '', 'a b', 'ü', 'x'.repeat(129), 'a\r\nb']) {
      expect(requestIdOf(bad)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
