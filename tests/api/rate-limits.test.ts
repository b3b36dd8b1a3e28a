/** Rate limits as callers meet them: who shares a budget with whom, what the answers say, and what counting costs nobody. */
import { afterEach, describe, expect, test } from 'vitest';
import { connect } from '../../database/client.ts';
import { eventually } from '../support/eventually.ts';
import { openGate } from '../support/gate.ts';
import {
  type Answer,
  bearer,
  createTestApi,
  customerToken,
  expectProblem,
  newGuest,
  send,
  serveTestApi,
  toAnswer,
} from './test-api.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const WIDE = {
  RATE_LIMITS: 'on',
  RATE_LIMIT_PER_MINUTE: '1000',
  RATE_LIMIT_WRITES_PER_MINUTE: '1000',
  RATE_LIMIT_ADDRESS_PER_MINUTE: '1000',
  RATE_LIMIT_NEW_CARTS_PER_MINUTE: '1000',
};

async function limited(environment: Record<string, string>, more: Parameters<typeof createTestApi>[0] = {}) {
  const api = await createTestApi({ ...more, environment: { ...WIDE, ...environment } });
  closing.push(() => api.close());
  return api;
}

const ADD = { sku: 'T-A', quantity: 1 };
const times = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
const statuses = (answers: Answer[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/** `"requests";r=3;t=60` → { requests: { r: 3, t: 60 } } */
function fieldOf(answer: Answer, name: string): Record<string, Record<string, number>> {
  const members = (answer.headers.get(name) ?? '').split(', ').filter((member) => member !== '');
  return Object.fromEntries(
    members.map((member) => {
      expect(member).toMatch(/^"[a-z-]+"(;[a-z]+=\d+)+$/);
      const [policy = '', ...parameters] = member.split(';');
      const pairs = parameters.map((pair) => pair.split('='));
      return [policy.slice(1, -1), Object.fromEntries(pairs.map(([key, value]) => [key, Number(value)]))];
    }),
  );
}

describe.each(['memory', 'postgres'])('counted in %s', (store) => {
  test('a guest has exactly its budget, however many requests come at once; others have theirs', async () => {
    const api = await limited({ RATE_LIMIT_STORE: store, RATE_LIMIT_PER_MINUTE: '20' });
    const [ada, bob] = [await newGuest(api), await newGuest(api)];
    const answers = await times(50, () => api.fetch('/cart', { headers: ada }));
    expect(statuses(answers)).toEqual({ 200: 20, 429: 30 });
    expect((await api.fetch('/cart', { headers: bob })).status).toBe(200);
    expect((await api.fetch('/cart', { headers: await bearer('ada') })).status).toBe(200);
  });

  test('a refused change has changed nothing, and reads go on', async () => {
    const api = await limited({ RATE_LIMIT_STORE: store, RATE_LIMIT_WRITES_PER_MINUTE: '3' });
    const ada = await bearer('ada');
    const answers = await times(8, () => api.fetch('/cart/items', send('POST', ADD, ada)));
    expect(statuses(answers)).toEqual({ 201: 3, 429: 5 });
    expect((await api.fetch('/cart', { headers: ada })).body).toMatchObject({ version: 3, totalQuantity: 3 });
  });

  test('a spent budget is whole again after its window', async () => {
    const environment = { RATE_LIMIT_STORE: store, RATE_LIMIT_PER_MINUTE: '2' };
    const api = await limited(environment, { dependencies: { rateWindowMs: 1_000 } });
    const ada = await bearer('ada');
    expect(statuses(await times(4, () => api.fetch('/cart', { headers: ada })))).toEqual({ 200: 2, 429: 2 });
    await eventually(async () => (await api.fetch('/cart', { headers: ada })).status === 200);
  });
});

describe('the answers', () => {
  test('tell each budget, what is left of it and when it is whole again', async () => {
    const api = await limited({ RATE_LIMIT_PER_MINUTE: '10', RATE_LIMIT_WRITES_PER_MINUTE: '5' });
    const ada = await bearer('ada');
    const read = await api.fetch('/cart', { headers: ada });
    expect(fieldOf(read, 'RateLimit-Policy')).toEqual({
      requests: { q: 10, w: 60 },
      address: { q: 1_000, w: 60 },
    });
    expect(fieldOf(read, 'RateLimit').requests).toEqual({ r: 9, t: 60 });
    const write = await api.fetch('/cart/items', send('POST', ADD, ada));
    expect(fieldOf(write, 'RateLimit')).toMatchObject({ requests: { r: 8 }, writes: { r: 4 } });
    const faulty = await api.fetch('/cart/items', send('POST', '{', ada));
    expect(faulty.status).toBe(400);
    expect(fieldOf(faulty, 'RateLimit')).toMatchObject({ requests: { r: 7 }, writes: { r: 3 } });
  });

  test('say rate_limited, when to come back and why, as a problem that may be retried', async () => {
    const api = await limited({ RATE_LIMIT_PER_MINUTE: '1' });
    const ada = { ...(await bearer('ada')), origin: 'https://shop.example' };
    await api.fetch('/cart', { headers: ada });
    const answer = await api.fetch('/cart', { headers: ada });
    expectProblem(answer, 429, 'rate_limited');
    expect(answer.body).toMatchObject({ retryable: true, violatedPolicies: ['requests'] });
    const { r, t } = fieldOf(answer, 'RateLimit').requests ?? {};
    expect(r).toBe(0);
    // Retry-After wins over `t`, and must not be earlier.
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(t ?? Infinity);
    expect(answer.headers.get('access-control-expose-headers')).toContain('RateLimit-Policy');
    expect((await api.fetch('/metrics')).text).toMatch(/cart_rate_limited_total\{policy="requests"\} 1/);
  });

  test('name nobody: neither the caller nor its address is in them, nor in the store', async () => {
    const api = await limited({ RATE_LIMIT_STORE: 'postgres' });
    const server = await serveTestApi(api);
    closing.push(server.close);
    const answer = await toAnswer(await fetch(`${server.url}/cart`, { headers: await bearer('ada.canary') }));
    const fields = `${answer.headers.get('ratelimit')} ${answer.headers.get('ratelimit-policy')}`;
    expect(fields).toMatch(/^[a-z0-9";=, -]+$/);
    const rows = await api.sql`SELECT * FROM rate_limits`;
    expect(rows.length).toBe(2);
    expect(JSON.stringify(rows)).not.toMatch(/127\.0\.0\.1|canary/);
  });

  test('carry no such field where limits are off, and on probes', async () => {
    const off = await limited({ RATE_LIMITS: 'off', RATE_LIMIT_PER_MINUTE: '1' });
    const answers = await times(3, () => off.fetch('/cart'));
    for (const answer of answers)
      expect([answer.status, answer.headers.get('ratelimit')]).toEqual([200, null]);
    const on = await limited({ RATE_LIMIT_PER_MINUTE: '1' });
    for (const path of ['/livez', '/readyz', '/metrics']) {
      const probes = await times(3, () => on.fetch(path));
      for (const probe of probes)
        expect([path, probe.status, probe.headers.get('ratelimit')]).toEqual([path, 200, null]);
    }
  });
});

test('the rate is asked after CSRF and before everything else', async () => {
  const api = await limited({ RATE_LIMIT_PER_MINUTE: '1' });
  const cookie = `__Host-cart=${(await newGuest(api))['cart-token']}`;
  const change = (headers: Record<string, string>) =>
    api.fetch('/cart/items', send('POST', '{', { cookie, 'idempotency-key': '', ...headers }));
  expectProblem(await change({ 'sec-fetch-site': 'same-origin' }), 400, 'idempotency_key_invalid');
  expectProblem(await change({ 'sec-fetch-site': 'same-origin' }), 429, 'rate_limited');
  expectProblem(await change({ 'sec-fetch-site': 'cross-site' }), 403, 'csrf_rejected');
});

describe('an address', () => {
  async function served(environment: Record<string, string>) {
    const api = await limited(environment);
    const server = await serveTestApi(api);
    closing.push(server.close);
    return {
      api,
      get: async (forwarded: string) =>
        await toAnswer(await fetch(`${server.url}/products`, { headers: { 'x-forwarded-for': forwarded } })),
    };
  }

  test('is not what the caller says it is: 1,000 of them are limited like one', async () => {
    const { get } = await served({ RATE_LIMIT_PER_MINUTE: '100' });
    const answers: Answer[] = [];
    for (let round = 0; round < 20; round += 1)
      answers.push(...(await times(50, (index) => get(`198.51.${round}.${index}`))));
    expect(statuses(answers)).toEqual({ 200: 100, 429: 900 });
  });

  test('is what a trusted proxy says, and IPv6 counts by /64', async () => {
    const { get } = await served({ RATE_LIMIT_PER_MINUTE: '2', TRUSTED_PROXIES: '127.0.0.0/8' });
    const from = async (...hops: string[]) => (await get(hops.join(', '))).status;
    expect([await from('203.0.113.1'), await from('203.0.113.1'), await from('203.0.113.1')]).toEqual([
      200, 200, 429,
    ]);
    expect(await from('9.9.9.9', '203.0.113.1')).toBe(429);
    expect(await from('203.0.113.2')).toBe(200);
    expect([await from('2001:db8:1:2::1'), await from('2001:db8:1:2::2')]).toEqual([200, 200]);
    expect([await from('2001:db8:1:2:ffff::3'), await from('2001:db8:1:3::1')]).toEqual([429, 200]);
  });

  test('has one budget for all who come from it', async () => {
    const api = await limited({ RATE_LIMIT_ADDRESS_PER_MINUTE: '10' });
    const answers = await times(15, async (index) =>
      api.fetch('/cart', { headers: await bearer(`customer-${index}`) }),
    );
    expect(statuses(answers)).toEqual({ 200: 10, 429: 5 });
    expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({
      violatedPolicies: ['address'],
    });
  });

  test('starts only so many new carts; carts that are there go on, and so do customers', async () => {
    const api = await limited({ RATE_LIMIT_NEW_CARTS_PER_MINUTE: '5' });
    const guest = await newGuest(api);
    const answers = await times(10, () => api.fetch('/cart/items', send('POST', ADD)));
    expect(statuses(answers)).toEqual({ 201: 4, 429: 6 });
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ code: 'rate_limited', violatedPolicies: ['new-carts'] });
    expect([refused?.headers.get('set-cookie'), refused?.headers.get('cart-token')]).toEqual([null, null]);
    const [row] = await api.sql`SELECT count(*)::int AS carts FROM carts`;
    expect(row).toEqual({ carts: 5 });
    expect((await api.fetch('/cart/items', send('POST', ADD, guest))).status).toBe(201);
    expect((await api.fetch('/cart/items', send('POST', ADD, await bearer('ada')))).status).toBe(201);
    // What would start no cart is none of this budget's business.
    expect((await api.fetch('/cart', send('DELETE'))).status).not.toBe(429);
    expect((await api.fetch('/cart/items', send('POST', { sku: 'T-NONE', quantity: 1 }))).status).toBe(422);
  });

  test('may show only so many forged credentials; good ones pass all the same, and expired ones are no forgery', async () => {
    const api = await limited({ RATE_LIMIT_REFUSED_CREDENTIALS_PER_MINUTE: '3' });
    const forged = { authorization: 'Bearer a.b.c' };
    const answers = await times(6, () => api.fetch('/cart', { headers: forged }));
    expect(statuses(answers)).toEqual({ 401: 3, 429: 3 });
    expectProblem(await api.fetch('/cart', { headers: { 'cart-token': 'v1.x' } }), 429, 'rate_limited');
    expect((await api.fetch('/cart', { headers: await bearer('ada') })).status).toBe(200);
    const expired = { authorization: `Bearer ${await customerToken('ada', {}, 1_000)}` };
    expectProblem(await api.fetch('/cart', { headers: expired }), 401, 'token_expired');
  });
});

describe('a store that is away', () => {
  async function behindGate() {
    const probe = await createTestApi();
    closing.push(() => probe.close());
    const [row] = await probe.sql`SELECT current_database() AS name`;
    const url = new URL(process.env.TEST_DATABASE_URL ?? '');
    const gate = await openGate({ host: url.hostname, port: Number(url.port) });
    closing.push(() => gate.close());
    Object.assign(url, {
      hostname: '127.0.0.1',
      port: String(gate.port),
      pathname: `/${row?.name as string}`,
    });
    const sql = connect(url.href, { max: 4, name: 'rate-test' });
    closing.push(() => sql.end({ timeout: 1 }));
    const environment = { RATE_LIMIT_STORE: 'postgres', RATE_LIMIT_PER_MINUTE: '20' };
    const api = await limited(environment, { dependencies: { sql } });
    const counted = async (): Promise<number> => {
      const [sum] = await probe.sql`SELECT coalesce(sum(points), 0)::int AS points FROM rate_limits`;
      return sum?.points as number;
    };
    return { api, gate, counted };
  }

  test.each(['shut', 'freeze'] as const)(
    '(%s) is stood in for by memory: limits hold, nobody waits long, and it is used again when it is back',
    async (how) => {
      const { api, gate, counted } = await behindGate();
      // An answer that needs no database, so that only the limits could wait.
      const ask = () => api.fetch('/errors/internal');
      let spent = 0;
      await eventually(
        async () => {
          spent += 1;
          expect((await ask()).status).toBe(200);
          return (await counted()) > 0;
        },
        { every: 700 },
      );
      gate[how]();
      const startedAt = performance.now();
      const answers = await times(50, ask);
      expect(performance.now() - startedAt).toBeLessThan(1_500);
      // The process has counted along: what was spent before the outage stays spent.
      expect(statuses(answers)).toEqual({ 200: 20 - spent, 429: 30 + spent });
      expect((await api.fetch('/metrics')).text).toMatch(/cart_rate_store_away_total(\{\})? [1-9]/);
      const told = api.logLines().filter(({ msg }) => String(msg).includes('counted by this process'));
      // Once for each outage, not once for each request.
      expect([1, 2]).toContain(told.length);
      gate.open();
      await eventually(
        async () => {
          const before = await counted();
          await ask();
          return (await counted()) > before;
        },
        { within: 20_000, every: 100 },
      );
    },
  );
});
