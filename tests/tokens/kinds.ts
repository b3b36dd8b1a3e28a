/**
 * The kinds of tokens that the system trusts, each with genuine ones, ways to falsify them, and the product's own verdict. A new kind
 * of token is one more entry.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { createCustomerTokens } from '../../api/identity/customer-token.ts';
import { createGuestTokens } from '../../api/identity/guest-token.ts';
import { Problem } from '../../api/problem.ts';
import type { Dice } from '../chaos/random.ts';
import { forgeGuest } from './forge-guest.ts';
import { forgeJwt, type JwtKeys } from './forge-jwt.ts';
import { forgeLink } from './forge-link.ts';
import { createLinkTokens, type LinkPurpose } from '../../mail/link-tokens.ts';
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

/** Verified for `purpose`; the forger has both links of each mail. */
export function linkKind(purpose: LinkPurpose): TokenKind {
  const keys = ['k2', 'k1'].map((id) => `${id}:${randomBytes(32).toString('base64url')}`);
  const now = () => Date.now();
  const [newer, older] = [createLinkTokens({ keys, now }), createLinkTokens({ keys: keys.slice(1), now })];
  const links = Array.from({ length: GENUINE }, (_, index) => ({
    contactId: randomBytes(16).toString('base64url'),
    cartId: randomUUID(),
    episode: index + 1,
    step: (index % 3) + 1,
  }));
  const signed = (wanted: LinkPurpose) =>
    links.map((link, index) => (index % 2 === 0 ? newer : older).sign(wanted, link, 3_600_000));
  const genuine = signed(purpose);
  const others = signed(purpose === 'recover' ? 'unsubscribe' : 'recover');
  return {
    name: `${purpose} link`,
    genuine,
    falsify(dice) {
      if (dice.chance(0.02)) return { how: 'meantForElse', text: dice.pick(others) };
      return falsifier(dice.chance(0.2) ? [...genuine, ...others] : genuine, forgeLink)(dice);
    },
    verdict: async (token) => {
      const link = newer.verify(purpose, token);
      return link === undefined ? 'link_invalid' : link === 'expired' ? 'link_expired' : 'accepted';
    },
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
