/** A customer token's life: when it begins and ends to the second, for whom it is, and which of several faults is told. */
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { CLOCK_TOLERANCE_S, createCustomerTokens } from '../../api/identity/customer-token.ts';
import { Problem, problemReply } from '../../api/problem.ts';

const SECRET = 'a-secret-of-at-least-thirty-two-characters';
/** Full seconds, as in tokens. */
const NOW_S = 1_800_000_000;

const verify = createCustomerTokens({
  config: {
    JWT_SECRET: SECRET,
    JWT_JWKS_URL: undefined,
    JWT_ISSUER: 'cartwright',
    JWT_AUDIENCE: 'cartwright',
  },
  now: () => NOW_S * 1_000,
});

interface Wish {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  secret?: string;
}

const sign = ({ claims, header, secret = SECRET }: Wish = {}): Promise<string> =>
  new SignJWT({ sub: 'ada', iss: 'cartwright', aud: 'cartwright', exp: NOW_S + 600, ...claims })
    .setProtectedHeader({ alg: 'HS256', ...header })
    .sign(new TextEncoder().encode(secret));

async function verdict(wish: Wish): Promise<string> {
  try {
    await verify(await sign(wish));
    return 'accepted';
  } catch (error) {
    return (error as Problem).code;
  }
}

describe('the times in a token', () => {
  test.each([
    ['ends in ten minutes', { exp: NOW_S + 600 }, 'accepted'],
    ['has ended four seconds ago (clocks differ)', { exp: NOW_S - CLOCK_TOLERANCE_S + 1 }, 'accepted'],
    ['has ended five seconds ago', { exp: NOW_S - CLOCK_TOLERANCE_S }, 'token_expired'],
    ['has ended long ago', { exp: 1 }, 'token_expired'],
    ['begins now', { nbf: NOW_S }, 'accepted'],
    ['begins in five seconds (clocks differ)', { nbf: NOW_S + CLOCK_TOLERANCE_S }, 'accepted'],
    ['begins in six seconds', { nbf: NOW_S + CLOCK_TOLERANCE_S + 1 }, 'token_invalid'],
    ['was issued in the future, which says nothing about its validity', { iat: NOW_S + 600 }, 'accepted'],
    ['has an end that is no number', { exp: '2099-01-01' }, 'token_invalid'],
    ['has a beginning that is no number', { nbf: 'now' }, 'token_invalid'],
  ])('%s', async (_what, claims, expected) => {
    expect(await verdict({ claims })).toBe(expected);
  });

  test('that lie ahead are named in the detail', async () => {
    await expect(verify(await sign({ claims: { nbf: NOW_S + 60 } }))).rejects.toThrow(/not valid yet/);
  });
});

describe('audience and type', () => {
  test.each([
    ['one of several audiences', { claims: { aud: ['other', 'cartwright'] } }, 'accepted'],
    ['several foreign audiences', { claims: { aud: ['other', 'another'] } }, 'token_invalid'],
    ['an empty list of audiences', { claims: { aud: [] } }, 'token_invalid'],
    ['the issuer in a list', { claims: { iss: ['cartwright'] } }, 'token_invalid'],
    ['typ JWT', { header: { typ: 'JWT' } }, 'accepted'],
    ['typ at+jwt', { header: { typ: 'at+jwt' } }, 'accepted'],
    ['typ application/at+jwt', { header: { typ: 'application/at+jwt' } }, 'accepted'],
    ['a logout token', { header: { typ: 'logout+jwt' } }, 'token_invalid'],
    ['a proof of possession', { header: { typ: 'dpop+jwt' } }, 'token_invalid'],
    ['a typ that is no text', { header: { typ: 7 } }, 'token_invalid'],
  ] as [string, Wish, string][])('%s', async (_what, wish, expected) => {
    expect(await verdict(wish)).toBe(expected);
  });
});

describe('of several faults', () => {
  const exp = NOW_S - 60;
  test.each([
    ['expired, and signed by somebody else', { claims: { exp }, secret: 'y'.repeat(40) }],
    ['expired, and for another shop', { claims: { exp, aud: 'other' } }],
    ['expired, and from another issuer', { claims: { exp, iss: 'other' } }],
  ] as [string, Wish][])('%s: no refresh would help, and token_expired is not said', async (_what, wish) => {
    expect(await verdict(wish)).toBe('token_invalid');
  });
});

describe('a header that points to keys elsewhere', () => {
  test.each(['jku', 'x5u', 'x5c', 'jwk'])('%s is not followed', async (name) => {
    const header = { [name]: 'http://127.0.0.1:9/keys' };
    expect(await verdict({ header, secret: 'y'.repeat(40) })).toBe('token_invalid');
    expect(await verdict({ header })).toBe('accepted');
  });
});

describe('the challenge', () => {
  test.each([
    ['unauthenticated', 'Bearer realm="cart"'],
    ['token_expired', 'Bearer realm="cart", error="invalid_token", error_description="expired"'],
    ['token_invalid', 'Bearer realm="cart", error="invalid_token"'],
  ] as const)('of %s', (code, expected) => {
    const { status, headers } = problemReply(new Problem(code), 'request');
    expect([status, headers['www-authenticate']]).toEqual([401, expected]);
  });
});
