/**
 * Guest tokens: `v1.<key id>.<guest id>.<HMAC-SHA256>`. The server alone makes them, from 128 random bits; the key id lets keys
 * rotate: the first key signs, all keys verify.
 */
import { randomBytes } from 'node:crypto';
import { createSigningKeys } from '../../signing-keys.ts';

const SHAPE = /^v1\.([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]{22,64})\.[A-Za-z0-9_-]{43}$/;

export interface GuestTokens {
  /** The id of a guest that never was before. */
  mint(): string;
  /** The token of this guest, signed with the newest key. */
  sign(guestId: string): string;
  /** The guest's id; undefined for anything that was not signed here. `isCurrent`: signed with the newest key. */
  verify(token: string): { guestId: string; isCurrent: boolean } | undefined;
}

/** `keys`: `<key id>:<base64url secret>`, newest first. Throws without a key: an unsigned guest would own anybody's cart. */
export function createGuestTokens(keys: readonly string[]): GuestTokens {
  const signing = createSigningKeys({
    keys,
    ifNone: 'GUEST_TOKEN_KEYS is not set; guests cannot be told apart without it.',
  });
  return {
    mint: () => randomBytes(16).toString('base64url'),
    sign: (guestId) => signing.sign(`v1.${signing.newestId}.${guestId}`),
    verify(token) {
      const [, keyId = '', guestId = ''] = SHAPE.exec(token) ?? [];
      if (!signing.verify(keyId, token)) return undefined;
      return { guestId, isCurrent: keyId === signing.newestId };
    },
  };
}
