/** Guest tokens that somebody without our keys would make. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Dice } from '../chaos/random.ts';

const hmac = (secret: Buffer | string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64url');

/** The parts of a genuine token: version, key id, guest, signature. */
type Parts = [version: string, keyId: string, guestId: string, signature: string];

export const GUEST_FORGERIES: Record<string, (parts: Parts, dice: Dice) => string> = {
  otherSecret: ([version, keyId, guestId]) =>
    `${version}.${keyId}.${guestId}.${hmac(randomBytes(32), `${version}.${keyId}.${guestId}`)}`,
  emptySecret: ([version, keyId, guestId]) =>
    `${version}.${keyId}.${guestId}.${hmac('', `${version}.${keyId}.${guestId}`)}`,
  keyIdAsSecret: ([version, keyId, guestId]) =>
    `${version}.${keyId}.${guestId}.${hmac(keyId, `${version}.${keyId}.${guestId}`)}`,
  unknownKey: ([version, , guestId, signature], dice) =>
    `${version}.${dice.pick(['k0', 'k3', 'K1', 'constructor', '__proto__', 'toString', ''])}.${guestId}.${signature}`,
  /** The other key is known, and did not sign this. */
  wrongKey: ([version, keyId, guestId, signature]) =>
    `${version}.${keyId === 'k1' ? 'k2' : 'k1'}.${guestId}.${signature}`,
  otherVersion: ([, keyId, guestId, signature], dice) =>
    `${dice.pick(['v0', 'v2', 'V1', '1', ''])}.${keyId}.${guestId}.${signature}`,
  otherGuest: ([version, keyId, , signature]) =>
    `${version}.${keyId}.${randomBytes(16).toString('base64url')}.${signature}`,
  longerGuest: ([version, keyId, guestId, signature]) => `${version}.${keyId}.${guestId}A.${signature}`,
  noSignature: ([version, keyId, guestId]) => `${version}.${keyId}.${guestId}.`,
  zeroSignature: ([version, keyId, guestId]) => `${version}.${keyId}.${guestId}.${'A'.repeat(43)}`,
  /** The same bytes, another alphabet or with padding. */
  otherEncoding: ([version, keyId, guestId, signature], dice) => {
    const bytes = Buffer.from(signature, 'base64url');
    return `${version}.${keyId}.${guestId}.${dice.pick([bytes.toString('base64'), bytes.toString('hex'), `${signature}=`])}`;
  },
};

export function forgeGuest(token: string, dice: Dice): { how: string; text: string } {
  const [how, forge] = dice.pick(Object.entries(GUEST_FORGERIES));
  return { how, text: forge(token.split('.') as Parts, dice) };
}
