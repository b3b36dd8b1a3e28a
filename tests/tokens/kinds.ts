/**
 * The kinds of tokens that the system trusts, each with genuine ones, ways to falsify them, and the product's own verdict. A new kind
 * of token (a signed link, say) is one more entry.
 */
import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { createCustomerTokens } from '../../api/identity/customer-token.ts';
import { createGuestTokens } from '../../api/identity/guest-token.ts';
import { Problem } from '../../api/problem.ts';
import type { Dice } from '../chaos/random.ts';
import { forgeGuest } from './forge-guest.ts';
import { forgeJwt, type JwtKeys } from './forge-jwt.ts';
import { mutate } from './mutate.ts';

export interface Falsified {
  how: string;
  text: string;
}

export interface TokenKind {
  name: string;
  genuine: readonly string[];
  falsify(dice: Dice): Falsified;
  /** `accepted`, or the code of the refusal. */
  verdict(token: string): Promise<string>;
}

/** Several, so that parts of one can be put into another. */
const GENUINE = 20;

/** Never one of the genuine ones: a mutation that changes nothing is thrown again. */
export function falsifier(genuine: readonly string[], forge: (token: string, dice: Dice) => Falsified) {
  const known = new Set(genuine);
  return (dice: Dice): Falsified => {
    for (;;) {
      const token = dice.pick(genuine);
      const made = dice.chance(0.7) ? mutate(token, dice.pick(genuine), dice) : forge(token, dice);
      if (!known.has(made.text)) return made;
    }
  };
}

export function guestKind(): TokenKind {
  const keys = ['k2', 'k1'].map((id) => `${id}:${randomBytes(32).toString('base64url')}`);
  const tokens = createGuestTokens(keys);
  const older = createGuestTokens(keys.slice(1));
  const genuine = Array.from({ length: GENUINE }, (_, index) =>
    (index % 2 === 0 ? tokens : older).sign(tokens.mint()),
  );
  return {
    name: 'guest token',
    genuine,
    falsify: falsifier(genuine, forgeGuest),
    verdict: async (token) => (tokens.verify(token) ? 'accepted' : 'token_invalid'),
  };
}

const sign = (alg: string, key: Parameters<SignJWT['sign']>[0], header: Record<string, unknown> = {}) =>
  new SignJWT({ jti: randomBytes(8).toString('hex') })
    .setProtectedHeader({ alg, ...header })
    .setSubject(`customer-${randomBytes(4).toString('hex')}`)
    .setIssuer('cartwright')
    .setAudience('cartwright')
    .setExpirationTime('2h')
    .sign(key);

const several = (make: () => Promise<string>): Promise<string[]> =>
  Promise.all(Array.from({ length: GENUINE }, make));

/** Both kinds of keys at once: the hardest case, since one may be tried in the place of the other. */
export async function customerKinds(): Promise<TokenKind[]> {
  const secret = randomBytes(32).toString('base64url');
  const pair = await generateKeyPair('ES256', { extractable: true });
  const attacker = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'a', alg: 'ES256' };
  const attackerJwk = { ...(await exportJWK(attacker.publicKey)), kid: 'a', alg: 'ES256' };
  const pem = await exportSPKI(pair.publicKey);
  const keys: JwtKeys = {
    secret,
    publicTexts: [pem, pem.trim(), JSON.stringify(jwk), String(jwk.x), pem.split('\n').slice(1, -1).join('')],
    attackerJwk,
    attackerTokens: await several(() => sign('ES256', attacker.privateKey, { kid: 'a', jwk: attackerJwk })),
  };
  const verify = createCustomerTokens({
    config: {
      JWT_SECRET: secret,
      JWT_JWKS_URL: undefined,
      JWT_ISSUER: 'cartwright',
      JWT_AUDIENCE: 'cartwright',
    },
    keySet: createLocalJWKSet({ keys: [jwk] }),
    now: Date.now,
  });
  const verdict = async (token: string): Promise<string> => {
    try {
      await verify(token);
      return 'accepted';
    } catch (error) {
      return error instanceof Problem ? error.code : `no problem: ${String(error)}`;
    }
  };
  const bySecret = await several(() => sign('HS256', new TextEncoder().encode(secret)));
  const byKeySet = await several(() => sign('ES256', pair.privateKey, { kid: 'a' }));
  const kind = (name: string, genuine: string[]): TokenKind => ({
    name,
    genuine,
    falsify: falsifier(genuine, (token, dice) => forgeJwt(token, keys, dice)),
    verdict,
  });
  return [kind('customer token by secret', bySecret), kind('customer token by key set', byKeySet)];
}
