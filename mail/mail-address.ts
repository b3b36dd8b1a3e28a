/**
 * E-mail addresses as the shop writes and compares them. Written: without blanks around it, the domain in lower case. Compared, by the
 * keyed hash: the local part in lower case too, since no shop can tell Anna@ from anna@. Tags (`anna+shop@`) and dots are left as they are.
 */
import { createHmac } from 'node:crypto';

/** As it is stored and written to. Once and twice is the same. */
export function normaliseAddress(text: string): string {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  return trimmed.slice(0, at + 1) + trimmed.slice(at + 1).toLowerCase();
}

export interface AddressHashes {
  /** Stands for an address in suppressions and in the outbox, where the address itself must not be. 256 bits, base64url. */
  hashOf(address: string): string;
  /** Tells requests about contacts apart without keeping what they said. */
  fingerprintOf(text: string): string;
}

/**
 * With keys derived from OWNER_HASH_KEY for this and nothing else: who knows a hash and guesses addresses learns nothing without it.
 * Throws without OWNER_HASH_KEY.
 */
export function createAddressHashes(ownerHashKey: string | undefined): AddressHashes {
  if (ownerHashKey === undefined) throw new Error('OWNER_HASH_KEY is not set; addresses need it.');
  const secret = Buffer.from(ownerHashKey, 'base64url');
  const derive = (purpose: string) => createHmac('sha256', secret).update(`key of ${purpose}`).digest();
  const [addressKey, requestKey] = [derive('address hashes'), derive('contact requests')];
  const keyed = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    hashOf: (address) => keyed(addressKey, normaliseAddress(address).toLowerCase()),
    fingerprintOf: (text) => keyed(requestKey, text),
  };
}
