/**
 * Cross-site request forgery: a cookie travels with requests that other sites make, so a change that comes with the cookie must show
 * that it comes from our own pages. Every content type, unlike the guards that look at forms only.
 */
import type { Caller } from '../identity/caller.ts';
import type { Exchange } from '../exchange.ts';
import { Problem } from '../problem.ts';

/** The page lies on the host that was called. The scheme is left out: a proxy may have ended TLS before us. */
export function isOwnOrigin(c: Exchange, origin: string): boolean {
  const host = c.req.header('host') ?? new URL(c.req.url).host;
  return origin === `https://${host}` || origin === `http://${host}`;
}

/** With the cookie: same-origin, or no Sec-Fetch-Site and a known Origin, or neither header (not a browser). */
function isOurs(c: Exchange, allowed: readonly string[]): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = c.req.header('origin');
  return origin === undefined || allowed.includes(origin) || isOwnOrigin(c, origin);
}

/** Without any credential there is no cart to harm, but the answer would plant a cookie: only for known pages. */
function mayBecomeGuest(c: Exchange, allowed: readonly string[]): boolean {
  const origin = c.req.header('origin');
  return c.req.header('sec-fetch-site') === 'none' || allowed.includes(origin ?? '') || isOurs(c, allowed);
}

/** Throws `csrf_rejected`. For unsafe methods only. */
export function guardCsrf(c: Exchange, caller: Caller, allowed: readonly string[]): void {
  if (caller.hasCookie ? isOurs(c, allowed) : caller.via !== 'none' || mayBecomeGuest(c, allowed)) return;
  throw new Problem('csrf_rejected', 'This request came from another site and was not carried out.');
}
