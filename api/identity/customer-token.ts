/**
 * Customer tokens: JWTs signed by the shop, HS256 with a shared secret or an asymmetric key of a published key set. Each kind of key
 * has its own list of algorithms, so that a public key can never be passed off as a secret. Issuer, audience, subject and
 * expiry are required, and a token of another type (a logout token, say) from the same issuer is none.
 */
import { decodeProtectedHeader, errors, type JWTVerifyGetKey, type JWTVerifyResult, jwtVerify } from 'jose';
import type { Config } from '../../config.ts';
import { Problem } from '../problem.ts';
import { type AccountClaims, pickClaims } from './account-claims.ts';
import { createKeySet } from './key-set.ts';

const ASYMMETRIC = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** How far the shop's clock may be from ours, for `exp` and `nbf`. */
export const CLOCK_TOLERANCE_S = 5;
const MAX_SUBJECT_LENGTH = 255;
/** RFC 7519 and RFC 9068; `typ` may be left out. */
const TYPES = ['jwt', 'at+jwt', 'application/at+jwt'];

export interface Customer {
  issuer: string;
  subject: string;
  /** Epoch ms at which the token ends. */
  expiresAt: number;
  /** The claim `roles`, where it is a list of texts. */
  roles: readonly string[];
  /** What it says about mails; absent without an address. */
  account?: AccountClaims;
}

/** Rejects with `token_expired`, `token_invalid`, or `dependency_unavailable` when the key set cannot be fetched. */
export type VerifyCustomer = (token: string) => Promise<Customer>;

const rolesOf = (claim: unknown): string[] =>
  Array.isArray(claim) ? claim.filter((role) => typeof role === 'string') : [];

export interface CustomerTokenOptions {
  config: Pick<Config, 'JWT_SECRET' | 'JWT_JWKS_URL' | 'JWT_ISSUER' | 'JWT_AUDIENCE'>;
  /** Stands in for the key set behind JWT_JWKS_URL. */
  keySet?: JWTVerifyGetKey;
  now: () => number;
}

const invalid = (cause?: unknown): Problem =>
  new Problem('token_invalid', 'The token is not valid; sign in again.', { cause });

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof errors.JWTExpired) {
    return new Problem('token_expired', 'Your sign-in has expired; refresh it.', { cause: error });
  }
  if (
    error instanceof errors.JWTClaimValidationFailed &&
    error.claim === 'nbf' &&
    error.reason === 'check_failed'
  ) {
    return new Problem('token_invalid', 'The token is not valid yet; check the clocks.', { cause: error });
  }
  // jose's errors are verdicts on the token. Anything else is trouble with the keys: no verdict.
  return error instanceof errors.JOSEError
    ? invalid(error)
    : new Problem('dependency_unavailable', 'Sign-ins cannot be checked right now.', { cause: error });
}

/** Base64url leaves spare bits in the last character: of the texts that mean one signature, only the one that signers write is a token. */
function hasOneSpelling(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch (error) {
    throw invalid(error);
  }
}

/** Without any key configured every customer token is refused. */
export function createCustomerTokens({ config, keySet, now }: CustomerTokenOptions): VerifyCustomer {
  const { JWT_SECRET, JWT_JWKS_URL } = config;
  const secret = JWT_SECRET === undefined ? undefined : new TextEncoder().encode(JWT_SECRET);
  const remote = keySet ?? (JWT_JWKS_URL === undefined ? undefined : createKeySet(JWT_JWKS_URL, now));
  const verify = async (token: string) => {
    if (!hasOneSpelling(token)) throw invalid();
    const options = {
      issuer: config.JWT_ISSUER,
      audience: config.JWT_AUDIENCE,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now()),
    };
    const algorithm = algorithmOf(token);
    if (algorithm === 'HS256' && secret) {
      return await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] });
    }
    if (algorithm !== undefined && ASYMMETRIC.includes(algorithm) && remote) {
      return await jwtVerify(token, remote, { ...options, algorithms: ASYMMETRIC });
    }
    throw invalid();
  };
  return async (token) => {
    try {
      const { payload, protectedHeader }: JWTVerifyResult = await verify(token);
      if (!TYPES.includes(String(protectedHeader.typ ?? 'jwt').toLowerCase())) throw invalid();
      const { sub, exp } = payload;
      if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH) throw invalid();
      const account = pickClaims(payload);
      return {
        issuer: config.JWT_ISSUER,
        subject: sub,
        expiresAt: (exp as number) * 1_000,
        roles: rolesOf(payload['roles']),
        ...(account ? { account } : {}),
      };
    } catch (error) {
      throw toProblem(error);
    }
  };
}
