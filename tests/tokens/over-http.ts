/**
 * Falsified tokens sent to a running stack, as cookie, `Cart-Token` and bearer token, reading and clearing. Each must be refused, or (a
 * cookie) count as nobody; the carts of those whose tokens were falsified must be as before at the end.
 */
import { randomBytes } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { Pool } from 'undici';
import { createDice, type Dice } from '../chaos/random.ts';
import { customer, guest, type Shopper } from '../support/client.ts';
import type { TestStack } from '../support/stack.ts';
import { forgeGuest } from './forge-guest.ts';
import { forgeJwt, type JwtKeys } from './forge-jwt.ts';
import { type Falsified, falsifier } from './kinds.ts';

const VICTIMS = 6;
const AT_ONCE = 16;

/** What a header carries unchanged: no spaces, which HTTP trims, and nothing that parts a cookie from the next. */
const FITS_A_HEADER = /^[!#-+\--:<-[\]-~]+$/;

type Place = 'cookie' | 'cart-token' | 'authorization';

const header = (place: Place, text: string): Record<string, string> => {
  if (place === 'cookie') return { cookie: `__Host-cart=${text}` };
  return { [place]: place === 'authorization' ? `Bearer ${text}` : text };
};

export interface HttpReport {
  tried: number;
  /** By place and outcome. */
  verdicts: Record<string, number>;
  accepted: (Falsified & { place: Place; answer: string })[];
  /** Victims whose cart has changed. */
  changed: number;
}

async function jwtKeys(secret: string): Promise<JwtKeys> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const attackerJwk = { ...(await exportJWK(publicKey)), kid: 'a', alg: 'ES256' };
  const claims = { sub: 'victim', iss: 'cartwright', aud: 'cartwright' };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'a', jwk: attackerJwk })
    .setExpirationTime('2h')
    .sign(privateKey);
  const publicTexts = [await exportSPKI(publicKey), randomBytes(48).toString('base64url')];
  return { secret, publicTexts, attackerJwk, attackerTokens: [token] };
}

async function victims(make: () => Promise<Shopper>): Promise<Shopper[]> {
  const all = await Promise.all(Array.from({ length: VICTIMS }, make));
  for (const shopper of all) await shopper.add('T-A', 2);
  return all;
}

/** `nobody`: a falsified cookie counts as none. Anything that shows or touches a cart is `accepted`. */
function judge(place: Place, status: number, text: string): string {
  const body = JSON.parse(text) as { code?: string; id?: string | null; version?: number };
  if (status === 401 && (body.code === 'token_invalid' || body.code === 'token_expired')) return body.code;
  return place === 'cookie' && status === 200 && body.id === null && body.version === 0
    ? 'nobody'
    : 'accepted';
}

type Make = (dice: Dice) => { made: Falsified; place: Place };

function maker(guests: readonly string[], customers: readonly string[], keys: JwtKeys): Make {
  const guestTokens = falsifier(guests, forgeGuest);
  const customerTokens = falsifier(customers, (token, dice) => forgeJwt(token, keys, dice));
  return (dice) => {
    for (;;) {
      const place = dice.pick<Place>(['cookie', 'cart-token', 'authorization']);
      const made = place === 'authorization' ? customerTokens(dice) : guestTokens(dice);
      if (FITS_A_HEADER.test(made.text)) return { made, place };
    }
  };
}

/** `count` requests, spread over the API processes. RATE_LIMITS must be off. */
export async function runOverHttp(
  stack: TestStack,
  { count, seed }: { count: number; seed: number },
): Promise<HttpReport> {
  const guests = await victims(async () => guest(stack.api));
  const customers = await victims(() => customer(stack.info));
  const everybody = [...guests, ...customers];
  const before = await Promise.all(everybody.map(async (shopper) => (await shopper.get()).text));
  const tokensOf = (shoppers: Shopper[], name: string) =>
    shoppers.map(({ credentials }) => (credentials[name] ?? '').replace('Bearer ', ''));
  const make = maker(
    tokensOf(guests, 'cart-token'),
    tokensOf(customers, 'authorization'),
    await jwtKeys(stack.info.jwt.secret),
  );
  const pools = stack.api.map((origin) => new Pool(origin, { connections: AT_ONCE }));
  const dice = createDice(seed);
  const report: HttpReport = { tried: 0, verdicts: {}, accepted: [], changed: 0 };
  const work = async (): Promise<void> => {
    while (report.tried < count) {
      report.tried += 1;
      const { made, place } = make(dice);
      const method = dice.chance(0.1) ? 'DELETE' : 'GET';
      const pool = dice.pick(pools);
      const { statusCode, body } = await pool.request({
        path: '/cart',
        method,
        headers: header(place, made.text),
      });
      const text = await body.text();
      const verdict = judge(place, statusCode, text);
      const name = `${place}: ${verdict}`;
      report.verdicts[name] = (report.verdicts[name] ?? 0) + 1;
      if (verdict === 'accepted') report.accepted.push({ ...made, place, answer: `${statusCode} ${text}` });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await Promise.all(pools.map((pool) => pool.close()));
  const after = await Promise.all(everybody.map(async (shopper) => (await shopper.get()).text));
  report.changed = after.filter((text, index) => text !== before[index]).length;
  return report;
}
