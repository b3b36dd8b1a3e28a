/** Credentials that come and go: signing out, refreshing, and guest keys that rotate while several processes run. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bearer,
  createTestApi,
  customerToken,
  ENVIRONMENT,
  expectProblem,
  guestToken,
  send,
  type TestApi,
} from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const add = (headers: Record<string, string>, sku = 'T-A', on = api) =>
  on.fetch('/cart/items', send('POST', { sku, quantity: 1 }, headers));
const cart = async (headers: Record<string, string>, on = api) =>
  (await on.fetch('/cart', { headers })).body.lines.map(({ sku, quantity }) => `${quantity} × ${sku}`);

describe('a customer who signs out', () => {
  test('is nobody, starts a new guest with the next write, and leaves the customer cart as it is', async () => {
    const customer = await bearer('signs-out');
    const signedIn = await add(customer, 'T-A');
    expect(signedIn.headers.get('set-cookie')).toBeNull();
    expect(signedIn.headers.get('cart-token')).toBeNull();
    expect(await cart({})).toEqual([]);
    const first = await add({}, 'T-B');
    expect(first.headers.get('set-cookie')).toMatch(/^__Host-cart=/);
    expect(first.body).toMatchObject({ owner: 'guest', totalQuantity: 1 });
    expect(first.body.id).not.toBe(signedIn.body.id);
    expect(await cart(customer)).toEqual(['1 × T-A']);
    expect(await cart({ 'cart-token': guestToken(first) })).toEqual(['1 × T-B']);
  });

  test('finds the guest cart of the same browser again where it was not merged', async () => {
    const token = guestToken(await add({}, 'T-C'));
    const cookie = { cookie: `__Host-cart=${token}` };
    await add({ ...(await bearer('signs-in-and-out')), ...cookie }, 'T-A');
    expect(await cart(cookie)).toEqual(['1 × T-C']);
  });
});

describe('a token that expires between two requests', () => {
  test('is told as token_expired, and the write under the same key is applied once after the refresh', async () => {
    const seconds = Math.floor(api.clock.now / 1_000);
    const old = { authorization: `Bearer ${await customerToken('refreshes', {}, seconds + 60)}` };
    const keyed = { 'idempotency-key': 'across-a-refresh' };
    await add(old);
    api.clock.now += 66_000;
    const refused = await add({ ...old, ...keyed }, 'T-B');
    expectProblem(refused, 401, 'token_expired');
    expect(refused.body.retryable).toBe(true);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    const fresh = { authorization: `Bearer ${await customerToken('refreshes', {}, seconds + 3_600)}` };
    expect((await add({ ...fresh, ...keyed }, 'T-B')).status).toBe(201);
    expect((await add({ ...fresh, ...keyed }, 'T-B')).headers.get('idempotent-replayed')).toBe('true');
    expect(await cart(fresh)).toEqual(['1 × T-A', '1 × T-B']);
  });

  test('does not fall back to the guest cookie that came along: the client decides', async () => {
    const token = guestToken(await add({}, 'T-C'));
    const seconds = Math.floor(api.clock.now / 1_000);
    const expired = await customerToken('falls-back', {}, seconds - 60);
    const both = { cookie: `__Host-cart=${token}`, authorization: `Bearer ${expired}` };
    expectProblem(await add(both, 'T-A'), 401, 'token_expired');
    expect(await cart({ cookie: both.cookie })).toEqual(['1 × T-C']);
  });
});

describe('guest keys rotate over several processes without losing a cart', () => {
  const old = ENVIRONMENT.GUEST_TOKEN_KEYS as string;
  const fresh = `k2:${Buffer.alloc(32, 9).toString('base64url')}`;
  const open = (keys: string) => createTestApi({ environment: { GUEST_TOKEN_KEYS: keys } });

  test('first every process knows the new key, then it signs, then the old one goes', async () => {
    const stages = await Promise.all([
      open(old),
      open(`${old},${fresh}`),
      open(`${fresh},${old}`),
      open(fresh),
    ]);
    const tokens: string[] = [];
    for (const stage of stages) tokens.push(guestToken(await add({}, 'T-A', stage)));
    expect(tokens.map((token) => token.split('.')[1])).toEqual(['k1', 'k1', 'k2', 'k2']);
    const verdicts = await Promise.all(
      stages.map(async (stage) =>
        Promise.all(
          tokens.map(
            async (token) => (await stage.fetch('/cart', { headers: { 'cart-token': token } })).status,
          ),
        ),
      ),
    );
    expect(verdicts).toEqual([
      [200, 200, 401, 401],
      [200, 200, 200, 200],
      [200, 200, 200, 200],
      [401, 401, 200, 200],
    ]);
    await Promise.all(stages.map((stage) => stage.close()));
  });
});
