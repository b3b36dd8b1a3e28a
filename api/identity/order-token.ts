/**
 * Order tokens: `o1.<key id>.<expiry>.<checkout>.<HMAC-SHA256>`. A checkout hands one out to whoever began it; sent as `Order-Token`, it shows
 * the order of that one checkout, and nothing else: no cart, no other order, no change. The keys are made from those of guest tokens for this
 * purpose alone, so that neither token passes for the other.
 */
import { createSigningKeys } from '../../signing-keys.ts';

const SHAPE = /^o1\.([A-Za-z0-9_-]{1,16})\.([0-9]{1,12})\.([A-Za-z0-9_-]{1,400})\.[A-Za-z0-9_-]{43}$/;

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
  const signing = createSigningKeys({
    keys,
    ifNone: 'GUEST_TOKEN_KEYS is not set; order tokens need its keys.',
    purpose: 'cartwright order token',
  });
  return {
    sign(checkoutId) {
      const expiryS = Math.ceil((now() + lifeMs) / 1_000);
      return signing.sign(
        `o1.${signing.newestId}.${expiryS}.${Buffer.from(checkoutId).toString('base64url')}`,
      );
    },
    verify(token) {
      const [, keyId = '', expiryS = '', checkout = ''] = SHAPE.exec(token) ?? [];
      if (!signing.verify(keyId, token)) return undefined;
      if (Number(expiryS) * 1_000 <= now()) return 'expired';
      return { checkoutId: Buffer.from(checkout, 'base64url').toString() };
    },
  };
}
