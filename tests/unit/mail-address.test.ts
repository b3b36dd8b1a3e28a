/** Addresses: how they are written, and that their hashes stand for mailboxes and give nothing away. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAddressHashes, normaliseAddress } from '../../mail/mail-address.ts';

const KEY = randomBytes(32).toString('base64url');
const hashes = createAddressHashes(KEY);

test.each([
  [' Anna.B@Shop.EXAMPLE ', 'Anna.B@shop.example'],
  ['a@b.example', 'a@b.example'],
  ['A+Tag@B.example', 'A+Tag@b.example'],
])('%j is written as %s', (text, written) => {
  expect(normaliseAddress(text)).toBe(written);
  expect(normaliseAddress(written)).toBe(written);
});

test('the hash is the same however a mailbox is spelled, and another for another mailbox', () => {
  const hash = hashes.hashOf('anna@shop.example');
  expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/);
  for (const same of ['Anna@shop.example', ' ANNA@Shop.Example']) expect(hashes.hashOf(same)).toBe(hash);
  for (const other of ['anna+x@shop.example', 'anna@shop.example.org', 'banna@shop.example'])
    expect(hashes.hashOf(other)).not.toBe(hash);
});

test('the hash cannot be made with the key of owners, nor without a key', () => {
  const address = 'anna@shop.example';
  const guesses = [
    createHash('sha256').update(address).digest('base64url'),
    createHmac('sha256', Buffer.from(KEY, 'base64url')).update(address).digest('base64url'),
    hashes.fingerprintOf(address),
  ];
  expect(guesses).not.toContain(hashes.hashOf(address));
  expect(() => createAddressHashes(undefined)).toThrow('OWNER_HASH_KEY');
});
