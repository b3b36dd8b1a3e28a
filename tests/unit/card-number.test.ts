/** Card numbers are found however they are typed; what only looks a little like one passes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdsCardNumber } from '../../cart/card-number.ts';

/** The brands' published test numbers. */
const CARDS = [
  '4111111111111111',
  '4242424242424242',
  '4012888888881881',
  '4222222222222',
  '5555555555554444',
  '5105105105105100',
  '2223003122003222',
  '2720992593319364',
  '378282246310005',
  '371449635398431',
  '30569309025904',
  '38520000023237',
  '3530111333300000',
  '3566002020360505',
  '6011111111111117',
  '6445644564456445',
  '6200000000000005',
  '6304000000000000',
  '2200000000000004',
];

const inGroups = (digits: string, gap: string): string => (digits.match(/.{1,4}/g) ?? []).join(gap);

describe('a card number is found', () => {
  test.each(CARDS)('%s', (card) => {
    expect(holdsCardNumber(card)).toBe(true);
    expect(holdsCardNumber(`my card is ${card}, thanks`)).toBe(true);
    expect(holdsCardNumber(`card${card}exp1229`)).toBe(true);
    expect(
      holdsCardNumber(card.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))),
    ).toBe(true);
    expect(holdsCardNumber(card.split('').join('\u200b'))).toBe(true);
  });

  test.each([' ', '-', '.', '\u00a0', ' - ', '–', '\n', '/'])('in groups with %j between them', (gap) => {
    for (const card of CARDS.filter(({ length }) => length >= 14))
      expect(holdsCardNumber(inGroups(card, gap)), card).toBe(gap.length < 3);
  });

  test('beside a UUID', () => {
    expect(holdsCardNumber('6f1c1d1e-0b57-4d0a-9a39-3f1f3b0a7c55 4111-1111-1111-1111')).toBe(true);
  });

  test('with date and check digits behind it', () => {
    expect(holdsCardNumber('4111 1111 1111 1111 12/29 123')).toBe(true);
    expect(holdsCardNumber('12/29 4111-1111-1111-1111')).toBe(true);
  });

  test('wherever it stands in a longer text', () => {
    const word = fc.stringMatching(/^[a-z ,]{0,30}$/);
    fc.assert(
      fc.property(word, fc.constantFrom(...CARDS), word, (before, card, after) => {
        expect(holdsCardNumber(`${before}${card}${after}`)).toBe(true);
      }),
    );
  });
});

describe('passes', () => {
  test.each([
    ['an empty text', ''],
    ['a wrong check digit', '4111111111111112'],
    ['a date and time', '2026-11-21 17:30:40.123'],
    ['milliseconds since 1970', '1763746240000'],
    ['a German telephone number', '+49 1512 3456784'],
    ['one in groups without plus', '49 1512 3456784'],
    ['a French telephone number', '+33 6 12 34 56 78'],
    ['an ISBN', '978-3-16-148410-0'],
    ['a serial number of device', '356938035643809'],
    ['a UUID', '4f9c2d1e-4111-4111-8111-111111111111'],
    ['measures', '1200 x 800 x 4000 mm, 16 pieces'],
    ['an IBAN', 'DE89 3704 0044 0532 0130 00'],
    ['zeros', '0000000000000000'],
    ['a card inside a longer number', '994111111111111111199'],
  ])('%s', (_name, text) => expect(holdsCardNumber(text)).toBe(false));

  test('of random numbers of 16 digits at most one in twenty does not', () => {
    const digits = fc.stringMatching(/^\d{16}$/);
    const taken = fc.sample(digits, { numRuns: 20_000, seed: 1 }).filter(holdsCardNumber).length;
    expect(taken / 20_000).toBeLessThan(0.05);
  });

  test('any text, and in no time: 500 characters cost less than 5 ms of processor time', {
    timeout: 30_000,
  }, () => {
    const texts = ['4'.repeat(500), '4 '.repeat(250), '4..'.repeat(166), '1234 '.repeat(100)];
    const before = process.cpuUsage().user;
    for (let time = 0; time < 20; time += 1) texts.forEach(holdsCardNumber);
    expect((process.cpuUsage().user - before) / 80_000).toBeLessThan(5);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => typeof holdsCardNumber(text) === 'boolean'),
    );
  });
});

describe('what programs write passes, whatever its digits', () => {
  test('UUIDs', () => {
    const digits = fc.stringMatching(/^4[0-9]{7}-[0-9]{4}-4[0-9]{3}-8[0-9]{3}-[0-9]{12}$/);
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), digits), (id) => {
        expect(holdsCardNumber(id)).toBe(false);
        expect(holdsCardNumber(`gift:${id.toUpperCase()}`)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  test('digests', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{19}[0-9a-f]{44}a$/), (digest) => !holdsCardNumber(digest)),
      { numRuns: 2_000 },
    );
  });
});
