/**
 * Guest tokens: `v1.<key id>.<guest id>.<HMAC-SHA256>`. The server alone makes them, from 128 random bits; the key id lets keys
 * rotate: the first key signs, all keys verify.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const SHAPE = /^v1\.([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]{22,64})\.([A-Za-z0-9_-]{43})$/;

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
  const secrets = new Map(
    keys.map((key) => {
      const [id = '', secret = ''] = key.split(':');
      return [id, Buffer.from(secret, 'base64url')] as const;
    }),
  );
  const [newest] = secrets.keys();
  if (newest === undefined) {
    throw new Error('GUEST_TOKEN_KEYS is not set; guests cannot be told apart without it.');
  }
  const signature = (keyId: string, secret: Buffer, guestId: string): string =>
    createHmac('sha256', secret).update(`v1.${keyId}.${guestId}`).digest('base64url');
  const newestSecret = secrets.get(newest) as Buffer;
  return {
    mint: () => randomBytes(16).toString('base64url'),
    sign: (guestId) => `v1.${newest}.${guestId}.${signature(newest, newestSecret, guestId)}`,
    verify(token) {
      const [, keyId = '', guestId = '', given = ''] = SHAPE.exec(token) ?? [];
      const secret = secrets.get(keyId);
      if (!secret) return undefined;
      const expected = Buffer.from(signature(keyId, secret, guestId));
      if (!timingSafeEqual(expected, Buffer.from(given))) return undefined;
      return { guestId, isCurrent: keyId === newest };
    },
  };
}
