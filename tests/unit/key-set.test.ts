/** Published keys: how often they are fetched, how long a withdrawn one lives, and what an unreachable set means for tokens. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCustomerTokens, type VerifyCustomer } from '../../api/identity/customer-token.ts';
import {
  KEY_SET_COOL_DOWN_MS,
  KEY_SET_MAX_AGE_MS,
  KEY_SET_STALE_LIMIT_MS,
} from '../../api/identity/key-set.ts';
import { type KeySet, openKeySet } from '../e2e/suites/key-set.ts';

let keys: KeySet;
let clock: { now: number };
let verify: VerifyCustomer;
beforeEach(async () => {
  keys = await openKeySet();
  clock = { now: Date.now() };
  verify = verifier(keys.url);
});
afterEach(() => keys.close());

const verifier = (url: string): VerifyCustomer =>
  createCustomerTokens({
    config: {
      JWT_SECRET: undefined,
      JWT_JWKS_URL: url,
      JWT_ISSUER: 'cartwright',
      JWT_AUDIENCE: 'cartwright',
    },
    now: () => clock.now,
  });

/** `accepted`, or the code of the refusal. */
async function verdict(token: string | Promise<string>): Promise<string> {
  try {
    await verify(await token);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const stranger = () => keys.sign('ada', { unpublished: true, kid: crypto.randomUUID() });

describe('a key set', () => {
  test('is fetched once for many tokens, also when they come at the same moment', async () => {
    const token = await keys.sign('ada');
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => verdict(token))))).toEqual(
      new Set(['accepted']),
    );
    expect(keys.fetches()).toBe(1);
  });

  test('is fetched again for a key id that is not in it, so that a new key works at once', async () => {
    expect(await verdict(keys.sign('ada'))).toBe('accepted');
    await keys.rotate('RS256');
    clock.now += KEY_SET_COOL_DOWN_MS;
    expect(await verdict(keys.sign('ada'))).toBe('accepted');
    expect(keys.fetches()).toBe(2);
  });

  test('is not fetched more than once per cool-down for invented key ids', async () => {
    expect(await verdict(keys.sign('ada'))).toBe('accepted');
    clock.now += KEY_SET_COOL_DOWN_MS;
    for (let round = 0; round < 20; round += 1) expect(await verdict(stranger())).toBe('token_invalid');
    await Promise.all(Array.from({ length: 20 }, () => verdict(stranger())));
    expect(keys.fetches()).toBe(2);
    clock.now += KEY_SET_COOL_DOWN_MS;
    await verdict(stranger());
    expect(keys.fetches()).toBe(3);
  });

  test('no longer vouches for a withdrawn key after five minutes', async () => {
    const old = await keys.sign('ada');
    expect(await verdict(old)).toBe('accepted');
    await keys.rotate();
    clock.now += KEY_SET_MAX_AGE_MS - 1;
    expect(await verdict(old)).toBe('accepted');
    clock.now += 1;
    expect(await verdict(old)).toBe('token_invalid');
  });
});

const OUTAGES: [string, (set: KeySet) => void][] = [
  ['answers 500', (set) => set.answerWith(500)],
  ['answers 404', (set) => set.answerWith(404, '{"keys":[]}')],
  ['answers no JSON', (set) => set.answerWith(200, '<html>')],
  ['answers no key set', (set) => set.answerWith(200, '{"keys":7}')],
  ['redirects', (set) => set.answerWith(302)],
];

describe.each(OUTAGES)('while the key set %s', (_what, breakIt) => {
  test('tokens get no verdict, and it is not asked for each of them', async () => {
    breakIt(keys);
    for (let round = 0; round < 10; round += 1) {
      expect(await verdict(keys.sign('ada'))).toBe('dependency_unavailable');
    }
    expect(keys.fetches()).toBe(1);
    keys.answerWith();
    clock.now += KEY_SET_COOL_DOWN_MS;
    expect(await verdict(keys.sign('ada'))).toBe('accepted');
  });

  test('known keys go on for an hour, and unknown ones get no verdict', async () => {
    const known = await keys.sign('ada');
    expect(await verdict(known)).toBe('accepted');
    breakIt(keys);
    clock.now += KEY_SET_MAX_AGE_MS;
    expect(await verdict(known)).toBe('accepted');
    expect(await verdict(stranger())).toBe('dependency_unavailable');
    clock.now += KEY_SET_STALE_LIMIT_MS - KEY_SET_MAX_AGE_MS;
    expect(await verdict(known)).toBe('dependency_unavailable');
  });
});

test('a key set where nobody listens gives no verdict', async () => {
  verify = verifier('http://127.0.0.1:9/keys');
  expect(await verdict(keys.sign('ada'))).toBe('dependency_unavailable');
});
