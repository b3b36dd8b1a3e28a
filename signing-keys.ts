/**
 * Keys that sign the shop's own tokens: the newest signs, all that are listed verify, so that keys can be rotated. A token is what it says and,
 * behind the last dot, the HMAC-SHA256 of that.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SigningKeys {
  /** The id of the key that signs. */
  newestId: string;
  /** `<content>.<signature>`, by the newest key. The content names the key, so that `verify` can be told. */
  sign(content: string): string;
  /** Whether this key is listed and signed this token. Takes as long for a wrong signature as for a right one. */
  verify(keyId: string, token: string): boolean;
}

export interface SigningKeysOptions {
  /** `<key id>:<base64url secret>`, newest first. */
  keys: readonly string[];
  /** What is thrown where there is none. */
  ifNone: string;
  /** Makes keys of their own from these, for tokens that must not pass for others signed by the same keys. */
  purpose?: string;
}

const hmac = (secret: Buffer, text: string): Buffer => createHmac('sha256', secret).update(text).digest();

/** Throws without a key. */
export function createSigningKeys({ keys, ifNone, purpose }: SigningKeysOptions): SigningKeys {
  const secrets = new Map(
    keys.map((key) => {
      const [id = '', encoded = ''] = key.split(':');
      const secret = Buffer.from(encoded, 'base64url');
      return [id, purpose === undefined ? secret : hmac(secret, purpose)] as const;
    }),
  );
  const [newest] = secrets;
  if (newest === undefined) throw new Error(ifNone);
  const [newestId, newestSecret] = newest;
  const sealed = (secret: Buffer, content: string): string =>
    `${content}.${hmac(secret, content).toString('base64url')}`;
  return {
    newestId,
    sign: (content) => sealed(newestSecret, content),
    verify(keyId, token) {
      const secret = secrets.get(keyId);
      if (!secret) return false;
      const expected = Buffer.from(sealed(secret, token.slice(0, token.lastIndexOf('.'))));
      const given = Buffer.from(token);
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}
