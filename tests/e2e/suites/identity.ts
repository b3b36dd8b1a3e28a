/** Who is calling, and whose cart is meant, through the whole system. */
import { randomUUID } from 'node:crypto';
import { UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  bearerOf,
  cookieGuest,
  customer,
  guest,
  linesOf,
  type Shopper,
  signToken,
  type TokenMore,
} from '../../support/client.ts';
import { eventually } from '../../support/eventually.ts';
import type { TestStack } from '../../support/stack.ts';
import type { KeySet } from './key-set.ts';

const makers: [string, (stack: TestStack) => Promise<Shopper>][] = [
  ['a guest by cookie', async (stack) => cookieGuest(stack.api)],
  ['a guest by Cart-Token', async (stack) => guest(stack.api)],
  ['a customer by JWT', (stack) => customer(stack.info)],
];

function ownCartTests(stack: () => TestStack): void {
  test.each(makers)('%s finds the cart again at the other API process', async (_name, make) => {
    const shopper = await make(stack());
    expect((await shopper.add('T-A', 3)).status).toBe(201);
    expect(linesOf((await shopper.at(1).get()).cart)).toEqual(['l1: 3 × T-A']);
  });

  test.each(
    makers.flatMap(([one, make]) =>
      makers.map(([other, makeOther]) => [one, other, make, makeOther] as const),
    ),
  )('%s never sees the lines of another: %s', async (_one, _other, make, makeOther) => {
    const [mine, yours] = [await make(stack()), await makeOther(stack())];
    await mine.add('T-A');
    await yours.add('T-B');
    expect(linesOf((await mine.get()).cart)).toEqual(['l1: 1 × T-A']);
    expect(linesOf((await yours.get()).cart)).toEqual(['l1: 1 × T-B']);
    expect((await yours.update('l2', { quantity: 5 })).problem.code).toBe('line_not_found');
  });

  test('the cookie is HttpOnly, Secure, SameSite=Lax, for 90 days, and comes with the first write only', async () => {
    const shopper = cookieGuest(stack().api);
    expect((await shopper.get()).headers.getSetCookie()).toEqual([]);
    const [cookie = ''] = (await shopper.add('T-A')).headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-cart=[^;]+; Path=\/; Max-Age=7776000; HttpOnly; Secure; SameSite=Lax$/);
  });

  test('a customer who also has a guest cookie means the customer cart, and the guest cart stays as it is', async () => {
    const visitor = cookieGuest(stack().api);
    await visitor.add('T-A', 2);
    const known = await customer(stack().info);
    const both = { ...visitor.credentials };
    await known.send({
      method: 'POST',
      path: '/cart/items',
      body: { sku: 'T-B', quantity: 1 },
      headers: both,
    });
    expect(linesOf((await known.get()).cart)).toEqual(['l1: 1 × T-B']);
    expect(linesOf((await visitor.get()).cart)).toEqual(['l1: 2 × T-A']);
  });

  test('a customer who signs out leaves the cart behind and starts as a new guest', async () => {
    const known = await customer(stack().info);
    await known.add('T-A', 2);
    const nobody = cookieGuest(stack().api);
    expect((await nobody.get()).cart).toMatchObject({ version: 0, lines: [] });
    await nobody.add('T-B');
    expect(linesOf((await nobody.get()).cart)).toEqual(['l1: 1 × T-B']);
    expect(linesOf((await known.get()).cart)).toEqual(['l1: 2 × T-A']);
  });

  test('a forged guest token is refused, a forged cookie is nobody', async () => {
    const shopper = guest(stack().api);
    await shopper.add('T-A');
    const token = shopper.credentials['cart-token'] as string;
    const forged = `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    const refused = await guest(stack().api, forged).get();
    expect([refused.status, refused.problem.code]).toEqual([401, 'token_invalid']);
    const nobody = await cookieGuest(stack().api).get('', { cookie: `__Host-cart=${forged}` });
    expect(nobody.cart).toMatchObject({ version: 0, lines: [] });
  });
}

const bad: [string, string, TokenMore][] = [
  ['has expired', 'token_expired', { expires: Math.floor(Date.now() / 1_000) - 3_600 }],
  ['is for another audience', 'token_invalid', { audience: 'elsewhere' }],
  ['comes from another issuer', 'token_invalid', { issuer: 'elsewhere' }],
  ['was signed with another secret', 'token_invalid', { secret: 'x'.repeat(40) }],
  ['is not valid yet', 'token_invalid', { claims: { nbf: Math.floor(Date.now() / 1_000) + 3_600 } }],
];

function badTokenTests(stack: () => TestStack): void {
  test.each(bad)('a token that %s is refused with %s, and changes nothing', async (_why, code, more) => {
    const subject = randomUUID();
    const good = await customer(stack().info, subject);
    await good.add('T-A');
    const shopper = bearerOf(stack().api, await signToken(stack().info.jwt, subject, more));
    for (const answer of [await shopper.get(), await shopper.add('T-B'), await shopper.clear()]) {
      expect([answer.status, answer.problem.code]).toEqual([401, code]);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
    expect(linesOf((await good.get()).cart)).toEqual(['l1: 1 × T-A']);
  });

  test('a token without signature (alg none) is refused', async () => {
    const claims = { iss: 'cartwright', aud: 'cartwright', exp: Math.floor(Date.now() / 1_000) + 600 };
    const token = new UnsecuredJWT({ ...claims, sub: 'x' }).encode();
    expect((await bearerOf(stack().api, token).add('T-A')).problem.code).toBe('token_invalid');
  });

  test.each(['Basic dTpw', 'Bearer', 'Bearer abc', 'Bearer a.b.c', 'bearer  ..'])(
    'Authorization: %s is refused',
    async (authorization) => {
      const answer = await guest(stack().api).get('', { authorization });
      expect([answer.status, answer.problem.code]).toEqual([401, 'token_invalid']);
    },
  );

  test('a customer whose token was refused goes on with the same cart after a refresh', async () => {
    const subject = randomUUID();
    const before = await customer(stack().info, subject);
    await before.add('T-A', 2);
    const old = bearerOf(stack().api, await signToken(stack().info.jwt, subject, { expires: 1 }));
    expect((await old.get()).problem.code).toBe('token_expired');
    expect(linesOf((await (await customer(stack().info, subject)).get()).cart)).toEqual(['l1: 2 × T-A']);
  });
}

export function identitySuite(stack: () => TestStack): void {
  describe('identity: carts', () => {
    ownCartTests(stack);
  });
  describe('identity: bad tokens', () => {
    badTokenTests(stack);
  });
}

/** Runs first: the rotation at the end needs the APIs to have had the old set for a while (they ask again after 10 s at the earliest). */
export function keySetSuite(stack: () => TestStack, keys: () => KeySet): void {
  describe('identity: a published key set', () => {
    test('a customer signed by the set has the same cart at both API processes', async () => {
      const shopper = bearerOf(stack().api, await keys().sign('ada'));
      expect((await shopper.add('T-A', 2)).status).toBe(201);
      expect(linesOf((await shopper.at(1).get()).cart)).toEqual(['l1: 2 × T-A']);
    });

    test('the same subject by secret or by key set is the same customer', async () => {
      const bySecret = await customer(stack().info, 'ada');
      expect(linesOf((await bySecret.get()).cart)).toEqual(['l1: 2 × T-A']);
    });

    test('a key that was never published signs nothing, even under a published name', async () => {
      const forged = bearerOf(stack().api, await keys().sign('ada', { unpublished: true }));
      expect((await forged.clear()).problem.code).toBe('token_invalid');
      const elsewhere = bearerOf(stack().api, await keys().sign('ada', { audience: 'elsewhere' }));
      expect((await elsewhere.clear()).problem.code).toBe('token_invalid');
    });
  });
}

export function rotationSuite(stack: () => TestStack, keys: () => KeySet): void {
  describe('identity: rotation of the key set', () => {
    test('after a rotation the new key is taken and the cart is the same', async () => {
      await keys().rotate('EdDSA');
      const shopper = bearerOf(stack().api, await keys().sign('ada'));
      for (const index of [0, 1]) {
        await eventually(async () => (await shopper.at(index).get()).status === 200, {
          within: 40_000,
          every: 500,
        });
      }
      expect(linesOf((await shopper.get()).cart)).toEqual(['l1: 2 × T-A']);
      expect(keys().fetches()).toBeLessThan(10);
    });
  });
}
