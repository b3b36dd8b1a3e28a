/** JWTs that somebody without our keys would make, and some that only somebody with them could, for another purpose. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Dice } from '../chaos/random.ts';

export interface JwtKeys {
  /** The shop's own HS256 secret. */
  secret: string;
  /** The published key, as texts that an attacker can have. */
  publicTexts: readonly string[];
  /** JWK of an attacker's key, and tokens signed with it (any header may name it). */
  attackerJwk: object;
  attackerTokens: readonly string[];
}

type Claims = Record<string, unknown>;
type Header = Record<string, unknown>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

const hmacs: Record<string, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

function signed(header: Header, claims: Claims, secret: string | Buffer): string {
  const text = `${encode(header)}.${encode(claims)}`;
  const signature = createHmac(hmacs[String(header.alg)] ?? 'sha256', secret)
    .update(text)
    .digest('base64url');
  return `${text}.${signature}`;
}

const genuineClaims = (): Claims => ({
  sub: 'victim',
  iss: 'cartwright',
  aud: 'cartwright',
  exp: Math.floor(Date.now() / 1_000) + 3_600,
});

/** Claims that change whose token it is, or for how long, under the old signature. */
const CLAIM_EDITS: ((claims: Claims, dice: Dice) => Claims)[] = [
  (claims) => ({ ...claims, sub: `victim-${randomBytes(4).toString('hex')}` }),
  (claims, dice) => ({ ...claims, exp: Number(claims.exp) + dice.whole(1, 1_000_000) }),
  (claims) => ({ ...claims, roles: ['operator'] }),
  (claims) => ({ ...claims, aud: [claims.aud, 'other'] }),
];

const HEADER_EDITS: Header[] = [
  { alg: 'none' },
  { alg: 'None' },
  { alg: 'nOnE' },
  { alg: '' },
  { alg: null },
  { alg: ['HS256'] },
  {},
  { alg: 'HS256', b64: false, crit: ['b64'] },
  { alg: 'RS256' },
  { alg: 'ES256', kid: 'nobody' },
  { alg: 'ES256', kid: '../../dev/null' },
  { alg: 'dir', enc: 'A256GCM' },
];

/** Whatever the header says, the body and the signature stay. */
const editHeader = (token: string, _keys: JwtKeys, dice: Dice): string => {
  const [, payload, signature] = token.split('.');
  return `${encode(dice.pick(HEADER_EDITS))}.${payload}.${dice.pick([signature, '', 'AAAA'])}`;
};

const editClaims = (token: string, _keys: JwtKeys, dice: Dice): string => {
  const [header, payload = '', signature] = token.split('.');
  return `${header}.${encode(dice.pick(CLAIM_EDITS)(decode(payload), dice))}.${signature}`;
};

/** Signed with the right secret, and still no customer token of ours. */
const WRONG_PURPOSE: [Header, Claims][] = [
  [{ alg: 'HS512' }, {}],
  [{ alg: 'HS384' }, {}],
  [{ alg: 'HS256' }, { aud: 'other' }],
  [{ alg: 'HS256' }, { iss: 'other' }],
  [{ alg: 'HS256' }, { sub: undefined }],
  [{ alg: 'HS256' }, { sub: '' }],
  [{ alg: 'HS256' }, { sub: { $ne: null } }],
  [{ alg: 'HS256' }, { exp: undefined }],
  [{ alg: 'HS256' }, { exp: 'never' }],
  [{ alg: 'HS256' }, { exp: 1 }],
  [{ alg: 'HS256' }, { nbf: 99_999_999_999 }],
  [{ alg: 'HS256', typ: 'logout+jwt' }, {}],
  [{ alg: 'HS256', crit: ['x'], x: 1 }, {}],
];

export const JWT_FORGERIES: Record<string, (token: string, keys: JwtKeys, dice: Dice) => string> = {
  editHeader,
  editClaims,
  otherSecret: (_token, _keys, dice) =>
    signed({ alg: dice.pick(Object.keys(hmacs)) }, genuineClaims(), randomBytes(48)),
  guessedSecret: (_token, _keys, dice) =>
    signed(
      { alg: 'HS256' },
      genuineClaims(),
      dice.pick(['', 'secret', 'cartwright', 'changeme', '\0'.repeat(32)]),
    ),
  /** The classic: a public key taken for a shared secret. */
  publicKeyAsSecret: (_token, { publicTexts }, dice) =>
    signed({ alg: 'HS256', kid: 'a' }, genuineClaims(), dice.pick(publicTexts)),
  ownKeyInHeader: (_token, { attackerJwk, secret }, dice) =>
    signed({ alg: 'HS256', jwk: attackerJwk, kid: 'a' }, genuineClaims(), `${secret}${dice.whole(0, 9)}`),
  attackerSigned: (_token, { attackerTokens }, dice) => dice.pick(attackerTokens),
  wrongPurpose: (_token, { secret }, dice) => {
    const [header, claims] = dice.pick(WRONG_PURPOSE);
    return signed(header, { ...genuineClaims(), ...claims }, secret);
  },
  shape: (token, _keys, dice) => {
    const [header, payload, signature] = token.split('.');
    const json = JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
    return dice.pick([
      `${token}.`,
      `${token}.${signature}`,
      `${header}..${signature}`,
      `${token}..${payload}`,
      json,
      '..',
      '.',
    ]);
  },
};

export function forgeJwt(token: string, keys: JwtKeys, dice: Dice): { how: string; text: string } {
  const [how, forge] = dice.pick(Object.entries(JWT_FORGERIES));
  return { how, text: forge(token, keys, dice) };
}
