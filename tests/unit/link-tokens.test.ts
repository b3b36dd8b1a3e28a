/** Tokens of the links in mails: for one purpose and one time, told by one spelling, and good while their key is listed. */
import { describe, expect, test } from 'vitest';
import type { MailedLink } from '../../contract/abandonment.ts';
import { createLinkTokens } from '../../mail/link-tokens.ts';

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64url')}`;
const NOW = 1_800_000_000_000;
const DAY = 24 * 3_600_000;
const LINK: MailedLink = { contactId: 'c'.repeat(22), cartId: 'a-cart', episode: 7, step: 2 };

const at = (now: number, ...keys: string[]) =>
  createLinkTokens({ keys: keys.length > 0 ? keys : [key('k1', 1)], now: () => now });

test('a link comes back as it was, and names nobody', () => {
  const token = at(NOW).sign('recover', LINK, DAY);
  expect(at(NOW).verify('recover', token)).toEqual(LINK);
  expect(token).toMatch(/^l1\.k1\.recover\.\d+\.[\w-]+\.[\w-]{43}$/);
  expect(Buffer.from(token.split('.')[4] ?? '', 'base64url').toString()).toBe(
    JSON.stringify([LINK.contactId, LINK.cartId, LINK.episode, LINK.step]),
  );
  // As one word in a line of a mail, with nothing to be escaped in an address.
  expect(encodeURIComponent(token)).toBe(token);
});

test('the same mail made again has the same link, so that a mail sent twice is one', () => {
  expect(at(NOW).sign('recover', LINK, DAY)).toBe(at(NOW).sign('recover', LINK, DAY));
});

test('each is good for its purpose only', () => {
  const [recover, unsubscribe] = [at(NOW).sign('recover', LINK, DAY), at(NOW).sign('unsubscribe', LINK, DAY)];
  expect(at(NOW).verify('unsubscribe', recover)).toBeUndefined();
  expect(at(NOW).verify('recover', unsubscribe)).toBeUndefined();
  const renamed = recover.replace('.recover.', '.unsubscribe.');
  expect(at(NOW).verify('unsubscribe', renamed)).toBeUndefined();
});

describe('its time', () => {
  const token = at(NOW).sign('recover', LINK, DAY);

  test.each([
    [0, 'alive'],
    [DAY - 1, 'alive'],
    [DAY, 'expired'],
    [365 * DAY, 'expired'],
  ] as const)('after %d ms: %s', (passed, expected) => {
    const verdict = at(NOW + passed).verify('recover', token);
    expect(verdict === 'expired' ? 'expired' : 'alive').toBe(expected);
  });

  test('cannot be changed, and a forged one that is also old is told nothing about time', () => {
    const longer = token.replace(/\.(\d+)\./, (_all, expiry: string) => `.${Number(expiry) + 1}.`);
    expect(at(NOW).verify('recover', longer)).toBeUndefined();
    expect(at(NOW + 2 * DAY).verify('recover', longer)).toBeUndefined();
  });
});

describe('keys', () => {
  test('of before are good as long as they are listed; the first signs', () => {
    const token = at(NOW, key('k1', 1)).sign('recover', LINK, DAY);
    expect(at(NOW, key('k2', 2), key('k1', 1)).verify('recover', token)).toEqual(LINK);
    expect(at(NOW, key('k2', 2)).verify('recover', token)).toBeUndefined();
    expect(at(NOW, key('k1', 2)).verify('recover', token)).toBeUndefined();
    expect(at(NOW, key('k2', 2), key('k1', 1)).sign('recover', LINK, DAY)).toContain('l1.k2.');
  });

  test('are needed', () => {
    expect(() => createLinkTokens({ keys: [], now: Date.now })).toThrow(/LINK_TOKEN_KEYS/);
  });
});

test('of the sixteen spellings of its last character one counts', () => {
  const token = at(NOW).sign('recover', LINK, DAY);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');
  const accepted = alphabet.filter((last) => at(NOW).verify('recover', token.slice(0, -1) + last));
  expect(accepted).toEqual([token.slice(-1)]);
  for (const other of [`${token}=`, ` ${token}`, `${token} `, `${token}\n`, token.toUpperCase()])
    expect(at(NOW).verify('recover', other)).toBeUndefined();
});
