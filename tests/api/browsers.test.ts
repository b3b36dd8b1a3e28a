/** What browsers do: cookies, pages of other sites, cross-origin storefronts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bearer,
  createTestApi,
  ENVIRONMENT,
  guestToken,
  newGuest,
  ORIGIN,
  send,
  type TestApi,
} from './test-api.ts';

let api: TestApi;
let token: string;
beforeAll(async () => {
  api = await createTestApi();
  token = guestToken(await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 })));
});
afterAll(() => api.close());

const withCookie = () => ({ cookie: `__Host-cart=${token}` });
const version = async () => (await api.fetch('/cart', { headers: withCookie() })).body.version;

describe('the guest cookie', () => {
  test('names the cart, and is renewed with each change', async () => {
    const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, withCookie()));
    expect(answer.status).toBe(201);
    expect(answer.headers.get('set-cookie')).toContain(token);
    expect(answer.headers.get('cart-token')).toBeNull();
    expect((await api.fetch('/cart', { headers: withCookie() })).headers.get('set-cookie')).toBeNull();
  });

  test('that is forged, cut or doubled is no cookie: empty cart, new guest on the first write', async () => {
    const forged = [`${token.slice(0, -1)}_`, token.slice(0, 20), '', `${token}; __Host-cart=${token}`];
    for (const value of forged) {
      const headers = { cookie: `__Host-cart=${value}` };
      expect((await api.fetch('/cart', { headers })).body).toMatchObject({ id: null, version: 0 });
      const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, headers));
      expect(answer.body.version).toBe(1);
      expect(answer.headers.get('set-cookie')).toMatch(/^__Host-cart=v1\./);
      expect(answer.headers.get('set-cookie')).not.toContain(token);
    }
  });

  test('signed with an older key is accepted and issued anew, also when reading', async () => {
    const newKey = `k2:${Buffer.alloc(32, 9).toString('base64url')}`;
    const rotated = await createTestApi({
      environment: { GUEST_TOKEN_KEYS: `${newKey},${ENVIRONMENT.GUEST_TOKEN_KEYS}` },
    });
    const answer = await rotated.fetch('/cart', { headers: withCookie() });
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-cart=v1\.k2\./);
    const header = await rotated.fetch('/cart', { headers: { 'cart-token': token } });
    expect(header.headers.get('cart-token')).toMatch(/^v1\.k2\./);
    expect(header.headers.get('set-cookie')).toBeNull();
    await rotated.close();
  });

  test('is called cart and lacks Secure where the shop says so', async () => {
    const plain = await createTestApi({ environment: { COOKIE_SECURE: 'false' } });
    const answer = await plain.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }));
    expect(answer.headers.get('set-cookie')).toMatch(
      /^cart=v1\.[^;]+; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax$/,
    );
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await plain.fetch('/cart', { headers: { cookie } })).body.version).toBe(1);
    await plain.close();
  });
});

describe('a Cart-Token header', () => {
  test('that is not genuine is token_invalid, reading and writing', async () => {
    for (const init of [{}, send('POST', { sku: 'T-A', quantity: 1 })]) {
      const path = init.method ? '/cart/items' : '/cart';
      const answer = await api.fetch(path, {
        ...init,
        headers: { ...(init.headers as object), 'cart-token': 'v1.x' },
      });
      expect([answer.status, answer.body.code]).toEqual([401, 'token_invalid']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="cart", error="invalid_token"');
    }
  });

  test('is never shown to a page of the same origin', async () => {
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: 'http://localhost' }] as Record<
      string,
      string
    >[]) {
      const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, headers));
      expect([answer.status, answer.headers.get('cart-token')]).toEqual([201, null]);
      expect(answer.headers.get('set-cookie')).toMatch(/^__Host-cart=v1\./);
    }
  });
});

describe('a customer’s token', () => {
  test('decides over a guest’s', async () => {
    const guest = await newGuest(api);
    const answer = await api.fetch('/cart', {
      headers: { ...guest, ...withCookie(), ...(await bearer('ada')) },
    });
    expect(answer.body).toMatchObject({ owner: 'customer', version: 0 });
  });

  test('that is bad is refused even beside a good guest token', async () => {
    for (const authorization of ['Bearer abc', 'Basic YTpi', 'Bearer', 'Bearer a.b.c']) {
      const answer = await api.fetch('/cart', { headers: { ...withCookie(), authorization } });
      expect([authorization, answer.status, answer.body.code]).toEqual([authorization, 401, 'token_invalid']);
    }
  });

  test('keeps customers apart, and one customer together', async () => {
    await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 2 }, await bearer('bob')));
    expect((await api.fetch('/cart', { headers: await bearer('bob') })).body.totalQuantity).toBe(2);
    expect((await api.fetch('/cart', { headers: await bearer('eve') })).body.totalQuantity).toBe(0);
    const { owner } = api.carts.received.at(-1) ?? {};
    expect(owner?.workflowId).toMatch(/^cart:u:[A-Za-z0-9_-]{32}$/);
    expect(JSON.stringify(api.carts.received.at(-1)?.request)).not.toContain('bob');
  });
});

const SITES = ['cross-site', 'same-site', 'none', 'junk', 'same-origin, cross-site', undefined] as const;
const ORIGINS = [
  'null',
  'https://evil.example',
  `https://x.${ORIGIN.slice(8)}`,
  `${ORIGIN}.evil.example`,
  `${ORIGIN}:444`,
  undefined,
] as const;
const TYPES = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-8',
  undefined,
] as const;

describe('a change with the cookie', () => {
  const attempt = async (
    path: string,
    method: string,
    headers: Record<string, string | undefined>,
    body?: string,
  ) => {
    const given = Object.entries({ ...withCookie(), ...headers }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return await api.fetch(path, {
      method,
      headers: Object.fromEntries(given),
      ...(body === undefined ? {} : { body }),
    });
  };
  const ROUTES: [string, string, string?][] = [
    ['/cart/items', 'POST', '{"sku":"T-A","quantity":1}'],
    ['/cart/items/l1', 'PATCH', '{"quantity":7}'],
    ['/cart/items/l1', 'DELETE'],
    ['/cart', 'DELETE'],
    ['/cart/batch', 'POST', '{"atomic":true,"operations":[{"type":"clear"}]}'],
    ['/cart/add', 'POST', '{"sku":"T-A","quantity":1}'],
    ['/cart/update', 'PUT', '{"lineId":"l1","quantity":7}'],
    ['/cart/remove?lineId=l1', 'DELETE'],
    ['/cart/clear', 'DELETE'],
  ];

  test.each(ROUTES)('from another page passes nowhere: %s %s', async (path, method, body) => {
    const before = await version();
    for (const site of SITES) {
      for (const origin of ORIGINS) {
        if (site === undefined && origin === undefined) continue;
        for (const type of TYPES) {
          const answer = await attempt(
            path,
            method,
            { 'sec-fetch-site': site, origin, 'content-type': type },
            body,
          );
          expect([403, 415], `${site} ${origin} ${type}`).toContain(answer.status);
        }
      }
    }
    expect(await version()).toBe(before);
  });

  test.each([
    ['our own page', { 'sec-fetch-site': 'same-origin' }],
    [
      'our own page, whatever its Origin says',
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    ],
    ['an older browser on an allowed page', { origin: ORIGIN }],
    ['an older browser on our own page', { origin: 'http://localhost' }],
    ['no browser at all', {}],
  ])('from %s passes', async (_name, headers) => {
    const answer = await attempt(
      '/cart/items',
      'POST',
      { ...headers, 'content-type': 'application/json' },
      '{"sku":"T-A","quantity":1}',
    );
    expect(answer.status).toBe(201);
  });

  test('reading is not subject to it', async () => {
    expect((await attempt('/cart', 'GET', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });
});

describe('a change without the cookie', () => {
  test('by token is not subject to it', async () => {
    for (const headers of [{ 'cart-token': token }, await bearer('carol')]) {
      const from = { ...headers, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect((await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, from))).status).toBe(
        201,
      );
    }
  });

  test('plants no cookie for a foreign page, and serves an allowed one', async () => {
    const from = (origin: string) => ({ 'sec-fetch-site': 'cross-site', origin });
    const foreign = await api.fetch(
      '/cart/items',
      send('POST', { sku: 'T-A', quantity: 1 }, from('https://evil.example')),
    );
    expect([foreign.body.code, foreign.headers.get('set-cookie')]).toEqual(['csrf_rejected', null]);
    const allowed = await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, from(ORIGIN)));
    expect(allowed.status).toBe(201);
    expect(allowed.headers.get('cart-token')).toMatch(/^v1\./);
  });
});

describe('CORS', () => {
  test('lets allowed origins read, with credentials and never by *', async () => {
    const answer = await api.fetch('/cart', { headers: { origin: ORIGIN } });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
    expect(answer.headers.get('access-control-expose-headers')).toContain('ETag');
  });

  test('says nothing to others, errors included', async () => {
    for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`, ORIGIN.toUpperCase()]) {
      for (const path of ['/cart', '/nothing']) {
        const answer = await api.fetch(path, { headers: { origin } });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
        expect(answer.headers.get('vary')).toBe('Origin');
      }
    }
  });

  test('answers the preflight of an allowed origin with what the address takes', async () => {
    const ask = (origin: string) =>
      api.fetch('/cart/items/l1', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PATCH' },
      });
    const answer = await ask(ORIGIN);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-methods')).toBe('PATCH, DELETE, OPTIONS');
    expect(answer.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    expect((await ask('https://evil.example')).headers.get('access-control-allow-methods')).toBeNull();
  });
});

describe('OPTIONS and unknown methods', () => {
  test('tell what the address takes', async () => {
    const options = await api.fetch('/cart', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, DELETE, HEAD, OPTIONS']);
    expect((await api.fetch('/nothing', { method: 'OPTIONS' })).body.code).toBe('route_not_found');
    for (const method of ['PUT', 'POST', 'PATCH', 'PROPFIND']) {
      const answer = await api.fetch('/cart', { method });
      expect([method, answer.status, answer.body.code]).toEqual([method, 405, 'method_not_allowed']);
      expect(answer.headers.get('allow')).toBe('GET, DELETE, HEAD, OPTIONS');
    }
  });
});
