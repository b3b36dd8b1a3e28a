/** When people are not written to: in their own time zone, on days of 23 and 25 hours too. */
import { describe, expect, test } from 'vitest';
import { isTimeZone, outOfQuietHours, parseQuietHours } from '../../cart/quiet-hours.ts';

const NIGHT = { from: 22 * 60, to: 8 * 60 };

const after = (at: string, zones: (string | null)[], hours = NIGHT): string =>
  new Date(outOfQuietHours(Date.parse(at), hours, zones)).toISOString();

describe('quiet hours', () => {
  test.each([
    ['a day is as it is', '2026-11-21T12:34:56.789Z', 'UTC', '2026-11-21T12:34:56.789Z'],
    ['the evening waits for the morning', '2026-11-21T22:00:00.000Z', 'UTC', '2026-11-22T08:00:00.000Z'],
    ['so does the night', '2026-11-21T07:59:59.999Z', 'UTC', '2026-11-21T08:00:00.000Z'],
    ['the morning is loud', '2026-11-21T08:00:00.000Z', 'UTC', '2026-11-21T08:00:00.000Z'],
    ['the last minute of the day is loud', '2026-11-21T21:59:59.000Z', 'UTC', '2026-11-21T21:59:59.000Z'],
    [
      'west of here it is night',
      '2026-11-21T12:00:00.000Z',
      'America/Los_Angeles',
      '2026-11-21T16:00:00.000Z',
    ],
    ['east of here it is night', '2026-11-21T14:00:00.000Z', 'Asia/Tokyo', '2026-11-21T23:00:00.000Z'],
    ['half an hour apart', '2026-11-21T18:00:00.000Z', 'Asia/Kolkata', '2026-11-22T02:30:00.000Z'],
    ['a quarter of an hour apart', '2026-11-21T18:00:00.000Z', 'Asia/Kathmandu', '2026-11-22T02:15:00.000Z'],
    // The clock goes from 02:00 to 03:00: the night is an hour shorter.
    ['a night of spring', '2026-03-28T22:30:00.000Z', 'Europe/Vienna', '2026-03-29T06:00:00.000Z'],
    // The clock goes from 03:00 to 02:00: the night is an hour longer.
    ['a night of autumn', '2026-10-24T21:30:00.000Z', 'Europe/Vienna', '2026-10-25T07:00:00.000Z'],
    ['a spring in the south', '2026-10-03T13:00:00.000Z', 'Australia/Lord_Howe', '2026-10-03T21:00:00.000Z'],
  ])('%s', (_title, at, zone, expected) => {
    expect(after(at, [zone])).toBe(expected);
  });

  test('that end within the hour that is left out end with it', () => {
    const hours = { from: 60, to: 150 };
    expect(after('2026-03-29T00:30:00.000Z', ['Europe/Vienna'], hours)).toBe('2026-03-29T01:00:00.000Z');
  });

  test('by day are quiet by day', () => {
    const hours = { from: 9 * 60, to: 17 * 60 };
    expect(after('2026-11-21T10:00:00.000Z', ['UTC'], hours)).toBe('2026-11-21T17:00:00.000Z');
    expect(after('2026-11-21T18:00:00.000Z', ['UTC'], hours)).toBe('2026-11-21T18:00:00.000Z');
  });

  test('without a length are none', () => {
    const hours = { from: 480, to: 480 };
    expect(after('2026-11-21T08:00:00.000Z', ['UTC'], hours)).toBe('2026-11-21T08:00:00.000Z');
  });

  test.each([[[null, 'Asia/Tokyo']], [['Nowhere/Land', 'Asia/Tokyo']], [['', 'Asia/Tokyo']]])(
    'are those of the shop where the shopper’s zone is not known: %j',
    (zones) => {
      expect(after('2026-11-21T14:00:00.000Z', zones)).toBe('2026-11-21T23:00:00.000Z');
    },
  );

  test('are UTC’s where no zone is known at all', () => {
    expect(after('2026-11-21T23:00:00.000Z', [null, 'Nowhere/Land'])).toBe('2026-11-22T08:00:00.000Z');
  });

  test('never end within themselves, whatever the minute and the day', () => {
    for (const zone of ['Europe/Vienna', 'America/St_Johns', 'Australia/Lord_Howe', 'Africa/Casablanca']) {
      for (let hour = 0; hour < 24 * 366; hour += 7) {
        const at = Date.UTC(2026, 0, 1) + hour * 3_600_000 + 17 * 60_000;
        const loud = outOfQuietHours(at, NIGHT, [zone]);
        expect(loud).toBeGreaterThanOrEqual(at);
        expect(loud - at).toBeLessThanOrEqual(11 * 3_600_000);
        expect(outOfQuietHours(loud, NIGHT, [zone])).toBe(loud);
      }
    }
  });
});

test.each([
  ['22:00-08:00', { from: 1_320, to: 480 }],
  ['00:00-23:59', { from: 0, to: 1_439 }],
  ['8:00-22:00', undefined],
  ['24:00-08:00', undefined],
  ['22:00', undefined],
  ['22:00-08:00-09:00', undefined],
  ['', undefined],
])('quiet hours are written as %j', (text, expected) => {
  expect(parseQuietHours(text)).toEqual(expected);
});

test('a time zone is one that there are rules for', () => {
  expect(['UTC', 'Europe/Vienna', 'Nowhere/Land', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});
