/**
 * Hands the guest token out: as a cookie to browsers, as a `Cart-Token` header to those who use that. A page of the same origin never
 * gets to see the header, so that a script injected there cannot carry the token away.
 */
import type { Config } from '../../config.ts';
import { CART_TOKEN } from '../../contract/headers.ts';
import type { Exchange } from '../exchange.ts';
import { isOwnOrigin } from '../middleware/csrf.ts';
import type { Caller } from './caller.ts';
import type { GuestTokens } from './guest-token.ts';

function isOwnPage(c: Exchange): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  return origin !== undefined && isOwnOrigin(c, origin);
}

export type HandOut = (c: Exchange, caller: Caller) => void;

/** Takes the guest cookie back where one came: the cart behind it lives no more. */
export type Forget = (c: Exchange, via: 'cookie' | 'header' | 'jwt' | 'none') => void;

export const createForget =
  (config: Pick<Config, 'COOKIE_SECURE'>, cookieName: string): Forget =>
  (c, via) => {
    const attributes = `Path=/; Max-Age=0; HttpOnly${config.COOKIE_SECURE ? '; Secure' : ''}; SameSite=Lax`;
    // What may have been handed out before the outcome was known is taken back as well.
    c.set(
      'credentialHeaders',
      via === 'cookie' ? { 'set-cookie': `${cookieName}=; ${attributes}` } : undefined,
    );
  };

/** Puts the caller's guest token on the answer. Nothing for customers. */
export function createHandOut(
  config: Pick<Config, 'COOKIE_SECURE' | 'CART_EXPIRY_GUEST'>,
  guestTokens: GuestTokens,
  cookieName: string,
): HandOut {
  const maxAgeS = Math.floor(config.CART_EXPIRY_GUEST / 1_000);
  const attributes = `Path=/; Max-Age=${maxAgeS}; HttpOnly${config.COOKIE_SECURE ? '; Secure' : ''}; SameSite=Lax`;
  return (c, caller) => {
    if (caller.kind !== 'guest' || caller.guestId === undefined) return;
    const token = guestTokens.sign(caller.guestId);
    const headers: Record<string, string> = {};
    // The cookie's life follows the cart's: it is set anew with every change.
    if (caller.via !== 'header') headers['set-cookie'] = `${cookieName}=${token}; ${attributes}`;
    const wantsHeader = caller.via === 'header' || (caller.via === 'none' && !isOwnPage(c));
    if (wantsHeader && caller.needsNewToken) headers[CART_TOKEN.toLowerCase()] = token;
    c.set('credentialHeaders', headers);
  };
}
