/** Tokens of links in mails that somebody without our keys would make, or somebody with a mail who wants more than it is for. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Dice } from '../chaos/random.ts';

const hmac = (secret: Buffer | string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64url');

/** The parts of a genuine token. */
type Parts = [
  version: string,
  keyId: string,
  purpose: string,
  expiry: string,
  what: string,
  signature: string,
];

const told = ([version, keyId, purpose, expiry, what]: Parts): string =>
  `${version}.${keyId}.${purpose}.${expiry}.${what}`;

const LINK = ['contact', 'cart', 1, 1];
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const LINK_FORGERIES: Record<string, (parts: Parts, dice: Dice) => string> = {
  otherSecret: (parts) => `${told(parts)}.${hmac(randomBytes(32), told(parts))}`,
  emptySecret: (parts) => `${told(parts)}.${hmac('', told(parts))}`,
  keyIdAsSecret: (parts) => `${told(parts)}.${hmac(parts[1], told(parts))}`,
  unknownKey: ([version, , purpose, expiry, what, signature], dice) =>
    `${version}.${dice.pick(['k0', 'k3', 'K1', 'constructor', '__proto__', ''])}.${purpose}.${expiry}.${what}.${signature}`,
  /** The other key is known, and did not sign this. */
  wrongKey: ([version, keyId, purpose, expiry, what, signature]) =>
    `${version}.${keyId === 'k1' ? 'k2' : 'k1'}.${purpose}.${expiry}.${what}.${signature}`,
  /** Both links stand in one mail. */
  otherPurpose: ([version, keyId, purpose, expiry, what, signature], dice) => {
    const other = purpose === 'recover' ? 'unsubscribe' : 'recover';
    return `${version}.${keyId}.${dice.pick([other, purpose.toUpperCase(), 'order', ''])}.${expiry}.${what}.${signature}`;
  },
  longerLife: ([version, keyId, purpose, expiry, what, signature], dice) =>
    `${version}.${keyId}.${purpose}.${dice.pick([String(Number(expiry) + 3_600), `0${expiry}`, '999999999999', ''])}.${what}.${signature}`,
  otherMessage: ([version, keyId, purpose, expiry, , signature]) =>
    `${version}.${keyId}.${purpose}.${expiry}.${encode([...LINK, randomBytes(4).toString('hex')])}.${signature}`,
  otherVersion: ([, ...rest], dice) => [dice.pick(['l0', 'l2', 'L1', 'v1', 'o1', '']), ...rest].join('.'),
  noSignature: (parts) => `${told(parts)}.`,
  zeroSignature: (parts) => `${told(parts)}.${'A'.repeat(43)}`,
  /** The same bytes, another alphabet or with padding. */
  otherEncoding: (parts, dice) => {
    const bytes = Buffer.from(parts[5], 'base64url');
    return `${told(parts)}.${dice.pick([bytes.toString('base64'), bytes.toString('hex'), `${parts[5]}=`])}`;
  },
  /** Four bits of the last character say nothing: sixteen spellings of the same bytes, of which one is the token. */
  otherSpelling: (parts) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(parts[5].slice(-1));
    return `${told(parts)}.${parts[5].slice(0, -1)}${alphabet[last ^ 1]}`;
  },
};

export function forgeLink(token: string, dice: Dice): { how: string; text: string } {
  const [how, forge] = dice.pick(Object.entries(LINK_FORGERIES));
  return { how, text: forge(token.split('.') as Parts, dice) };
}
