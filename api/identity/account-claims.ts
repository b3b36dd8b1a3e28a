/**
 * What a customer's token says about mails: `email` (none where `email_verified` is false), `marketing_consent`, `locale` and `zoneinfo`
 * as OpenID Connect names them. A claim in another form is no claim: nobody is locked out by one.
 */
import type { z } from '@hono/zod-openapi';
import { emailSchema, localeSchema, timeZoneSchema } from '../contact-schemas.ts';

/** As they came: looked at where they are needed, not with each request. */
export interface AccountClaims {
  email?: unknown;
  email_verified?: unknown;
  marketing_consent?: unknown;
  locale?: unknown;
  zoneinfo?: unknown;
  iat?: unknown;
}

export interface Account {
  email: string;
  isConsent?: boolean;
  locale?: string;
  timeZone?: string;
  /** Epoch ms since when it says so, rather too early than too late; 0 where the token does not tell. */
  issuedAt: number;
}

const read = <T>(schema: z.ZodType<T>, claim: unknown): T | undefined => schema.safeParse(claim).data;

/** A clock that is ahead must not make a token younger than it is: what lies in the future tells nothing. */
function issuedAtOf(iat: unknown, now: number, toleranceMs: number): number {
  if (typeof iat !== 'number' || !Number.isFinite(iat) || iat * 1_000 > now + toleranceMs) return 0;
  return Math.max(0, iat * 1_000 - toleranceMs);
}

/** Undefined where there is no claim of an address. */
export function pickClaims(payload: AccountClaims): AccountClaims | undefined {
  const { email, email_verified, marketing_consent, locale, zoneinfo, iat } = payload;
  return email === undefined
    ? undefined
    : { email, email_verified, marketing_consent, locale, zoneinfo, iat };
}

/** Undefined without an address. `now`: epoch ms; `toleranceMs`: how far the shop's clock may be from ours. */
export function readAccount(claims: AccountClaims, now: number, toleranceMs: number): Account | undefined {
  const email = claims.email_verified === false ? undefined : read(emailSchema, claims.email);
  if (email === undefined) return undefined;
  const { marketing_consent: consent, locale: claimed, zoneinfo } = claims;
  // Older providers write de_AT.
  const locale = read(localeSchema, typeof claimed === 'string' ? claimed.replaceAll('_', '-') : undefined);
  const timeZone = read(timeZoneSchema, zoneinfo);
  return {
    email,
    ...(typeof consent === 'boolean' ? { isConsent: consent } : {}),
    ...(locale === undefined ? {} : { locale }),
    ...(timeZone === undefined ? {} : { timeZone }),
    issuedAt: issuedAtOf(claims.iat, now, toleranceMs),
  };
}
