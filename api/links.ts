/** Links in mails as the routes know them: the token in the address is all that counts. Whatever is wrong with one, nothing was done. */
import type { MailedLink } from '../contract/abandonment.ts';
import type { LinkPurpose, LinkTokens } from '../mail/link-tokens.ts';
import type { Exchange } from './exchange.ts';
import type { ShopFront } from './link-pages/page.tsx';
import { Problem } from './problem.ts';
import type { RateLimits } from './rate/rate-limits.ts';

export interface LinkParts {
  linkTokens: LinkTokens;
  limits: RateLimits;
  shop: ShopFront;
}

export const linkExpired = (): Problem =>
  new Problem('link_expired', 'This link is not needed any more, or its time is over.');

export const linkErased = (): Problem => new Problem('erased', 'Nothing is known about this link any more.');

/** Throws `link_invalid` or `link_expired`. Guesses have a budget of their own, by address. */
export async function readLink(
  { linkTokens, limits }: LinkParts,
  c: Exchange,
  purpose: LinkPurpose,
  token: string,
): Promise<MailedLink> {
  const link = linkTokens.verify(purpose, token);
  if (link === 'expired') throw linkExpired();
  if (link) return link;
  await limits.countRefusedCredential(c, true);
  throw new Problem('link_invalid', 'This link is not valid; it may not be complete.');
}
