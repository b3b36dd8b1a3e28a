/**
 * Tokens of the links in mails: `l1.<key id>.<purpose>.<expiry>.<what>.<HMAC-SHA256>`. Each is good for one purpose and names a contact and a
 * message by opaque ids: no personal data. The workers make them, the API reads them; LINK_TOKEN_KEYS are used for nothing else.
 */
import type { MailedLink } from '../contract/abandonment.ts';
import { createSigningKeys } from '../signing-keys.ts';

const SHAPE =
  /^l1\.([A-Za-z0-9_-]{1,16})\.(recover|unsubscribe)\.([0-9]{1,12})\.([A-Za-z0-9_-]{1,400})\.[A-Za-z0-9_-]{43}$/;

export type LinkPurpose = 'recover' | 'unsubscribe';

export interface LinkTokens {
  /** Good for `lifeMs` from now. Signed with the newest key. */
  sign(purpose: LinkPurpose, link: MailedLink, lifeMs: number): string;
  /** The link; `expired` after its time; undefined for anything that was not signed here for this purpose. */
  verify(purpose: LinkPurpose, token: string): MailedLink | 'expired' | undefined;
}

export interface LinkTokenOptions {
  /** LINK_TOKEN_KEYS: `<key id>:<base64url secret>`, newest first. */
  keys: readonly string[];
  /** Epoch ms. */
  now: () => number;
}

const write = ({ contactId, cartId, episode, step }: MailedLink): string =>
  Buffer.from(JSON.stringify([contactId, cartId, episode, step])).toString('base64url');

function read(text: string): MailedLink {
  const [contactId, cartId, episode, step] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
    string,
    string,
    number,
    number,
  ];
  return { contactId, cartId, episode, step };
}

/** Throws without a key. */
export function createLinkTokens({ keys, now }: LinkTokenOptions): LinkTokens {
  const signing = createSigningKeys({
    keys,
    ifNone: 'LINK_TOKEN_KEYS is not set; links in mails need its keys.',
  });
  return {
    sign(purpose, link, lifeMs) {
      const expiryS = Math.ceil((now() + lifeMs) / 1_000);
      return signing.sign(`l1.${signing.newestId}.${purpose}.${expiryS}.${write(link)}`);
    },
    verify(purpose, token) {
      const [, keyId = '', named, expiryS = '', what = ''] = SHAPE.exec(token) ?? [];
      if (named !== purpose || !signing.verify(keyId, token)) return undefined;
      return Number(expiryS) * 1_000 <= now() ? 'expired' : read(what);
    },
  };
}
