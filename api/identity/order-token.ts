/**
 * Order tokens: `o1.<key id>.<expiry>.<checkout>.<HMAC-SHA256>`. A checkout hands one out to whoever began it; sent as `Order-Token`, it shows
 * the order of that one checkout, and nothing else: no cart, no other order, no change. The keys are made from those of guest tokens for this
 * purpose alone, so that neither token passes for the other.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const SHAPE = /^o1\.([A-Za-z0-9_-]{1,16})\.([0-9]{1,12})\.([A-Za-z0-9_-]{1,400})\.([A-Za-z0-9_-]{43})$/;
const PURPOSE = 'cartwright order token';

export interface OrderTokens {
  /** The token of this checkout, signed with the newest key; good until now + life. */
  sign(checkoutId: string): string;
  /** The checkout; `expired` after its time; undefined for anything that was not signed here for this purpose. */
  verify(token: string): { checkoutId: string } | 'expired' | undefined;
}

export interface OrderTokenOptions {
  /** GUEST_TOKEN_KEYS: `<key id>:<base64url secret>`, newest first. */
  keys: readonly string[];
  lifeMs: number;
  /** Epoch ms. */
  now: () => number;
}

/** Throws without a key. */
export function createOrderTokens({ keys, lifeMs, now }: OrderTokenOptions): OrderTokens {
  const secrets = new Map(
    keys.map((key) => {
      const [id = '', secret = ''] = key.split(':');
      return [id, createHmac('sha256', Buffer.from(secret, 'base64url')).update(PURPOSE).digest()] as const;
    }),
  );
  const [newest] = secrets.entries();
  if (newest === undefined) throw new Error('GUEST_TOKEN_KEYS is not set; order tokens need its keys.');
  const [newestId, newestSecret] = newest;
  const signature = (secret: Buffer, content: string): string =>
    createHmac('sha256', secret).update(content).digest('base64url');
  return {
    sign(checkoutId) {
      const expiryS = Math.ceil((now() + lifeMs) / 1_000);
      const content = `o1.${newestId}.${expiryS}.${Buffer.from(checkoutId).toString('base64url')}`;
      return `${content}.${signature(newestSecret, content)}`;
    },
    verify(token) {
      const [, keyId = '', expiryS = '', checkout = '', given = ''] = SHAPE.exec(token) ?? [];
      const secret = secrets.get(keyId);
      if (!secret) return undefined;
      const expected = signature(secret, token.slice(0, -given.length - 1));
      if (!timingSafeEqual(Buffer.from(expected), Buffer.from(given))) return undefined;
      if (Number(expiryS) * 1_000 <= now()) return 'expired';
      return { checkoutId: Buffer.from(checkout, 'base64url').toString() };
    },
  };
}
