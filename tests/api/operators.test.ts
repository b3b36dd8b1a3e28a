/** What operators see: probes, metrics, log lines without secrets, the reference page, an orderly stop. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CartOwner } from '../../api/carts.ts';
import { stopServer } from '../../api/create-server.ts';
import { openRawSocket, request } from './raw-socket.ts';
import {
  createTestApi,
  customerToken,
  ENVIRONMENT,
  guestToken,
  newGuest,
  send,
  serveTestApi,
  type TestApi,
} from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

describe('the log', () => {
  test('has one line per request with its id, route and hashed owner, and nothing that is anybody’s secret', async () => {
    const email = 'ada.canary@example.org';
    const jwt = await customerToken(email, { email });
    const secrets = [email, 'canary-attribute', 'canary-key', 'canary-query', jwt];
    const added = await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }));
    const token = guestToken(added);
    const headers = {
      cookie: `__Host-cart=${token}`,
      'idempotency-key': 'canary-key',
      'x-request-id': 'log-1',
    };
    await api.fetch(
      '/cart/items/l1?x=canary-query',
      send('PATCH', { quantity: 2, attributes: { a: 'canary-attribute' } }, headers),
    );
    await api.fetch('/cart?email=canary-query', { headers: { authorization: `Bearer ${jwt}` } });
    await api.fetch('/cart/operations/canary-key', { headers: { 'cart-token': token } });
    await api.fetch('/cart/items', send('POST', `{"sku":"canary-attribute"`, headers));
    const lines = api.logLines();
    const line = lines.find(({ requestId }) => requestId === 'log-1');
    expect(line).toMatchObject({
      level: 30,
      method: 'PATCH',
      route: 'PATCH /cart/items/{lineId}',
      status: 200,
    });
    expect(line?.owner).toMatch(/^[A-Za-z0-9_-]{32}$/);
    const text = JSON.stringify(lines);
    for (const secret of [...secrets, token, token.split('.')[2] ?? token])
      expect(text).not.toContain(secret);
    expect(JSON.stringify(api.carts.received)).not.toContain(email);
    expect(JSON.stringify(api.carts.received)).not.toContain('canary-key');
  });

  test('has the stack of a fault of ours; the caller has the request id only', async () => {
    const carts = Object.create(api.carts) as typeof api.carts;
    carts.submit = () => Promise.reject(new TypeError('secret inner detail'));
    const broken = await createTestApi({ dependencies: { carts } });
    const answer = await broken.fetch(
      '/cart/items',
      send('POST', { sku: 'T-A', quantity: 1 }, { 'x-request-id': 'bug-1' }),
    );
    expect([answer.status, answer.body.code, answer.body.instance]).toEqual([500, 'internal', 'bug-1']);
    expect(answer.text).not.toContain('secret inner detail');
    const line = broken.logLines().find(({ requestId }) => requestId === 'bug-1');
    expect(line).toMatchObject({
      level: 50,
      err: { message: 'secret inner detail', stack: expect.stringContaining('TypeError') },
    });
    await broken.close();
  });
});

describe('the metrics', () => {
  test('count requests by route and status, operations by kind and code, loads, saves and replays', async () => {
    const guest = await newGuest(api);
    const keyed = { ...guest, 'idempotency-key': 'm' };
    for (let time = 0; time < 2; time += 1)
      await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, keyed));
    await api.fetch('/cart/items', send('POST', { sku: 'T-TEN', quantity: 11 }, guest));
    await api.fetch('/cart', { headers: guest });
    await api.fetch('/anything/at/all');
    api.metrics.recordTemporalRetry('UNAVAILABLE');
    api.metrics.observeLanes(() => ({ longest: 3, waiting: 4, lanes: 2 }));
    const { text, headers } = await api.fetch('/metrics');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toMatch(
      /cart_http_requests_total\{route="POST \/cart\/items",method="POST",status="201"\} \d+/,
    );
    expect(text).toMatch(/cart_http_requests_total\{route="unmatched",method="GET",status="404"\} 1/);
    expect(text).toMatch(
      /cart_http_request_duration_seconds_bucket\{route="GET \/cart",method="GET",status="200",le="0.005"\} \d+/,
    );
    expect(text).toMatch(/cart_operations_total\{kind="addItem",code="ok"\} \d+/);
    expect(text).toMatch(/cart_operations_total\{kind="addItem",code="out_of_stock"\} 1/);
    expect(text).toMatch(/cart_idempotent_replays_total(\{\})? 1/);
    expect(text).toMatch(/cart_load_duration_seconds_count\{source="projection"\} \d+/);
    expect(text).toMatch(/cart_save_duration_seconds_count\{mode="update"\} \d+/);
    expect(text).toMatch(/cart_temporal_retries_total\{code="UNAVAILABLE"\} 1/);
    expect(text).toMatch(/cart_lane_length\{kind="longest"\} 3/);
  });
});

describe('the reference page', () => {
  test('needs nothing from elsewhere', async () => {
    const page = await api.fetch('/docs');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page.text).not.toMatch(/https?:\/\//);
    expect((await api.fetch('/docs/start.js')).text).toContain("'/openapi.json'");
    const script = await api.api.app.request('/docs/scalar.js');
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ]);
    expect((await script.arrayBuffer()).byteLength).toBeGreaterThan(1_000_000);
  });

  test('is pointed to from the front', async () => {
    expect((await api.fetch('/')).body).toMatchObject({ docs: '/docs', contract: '/openapi.json' });
  });
});

describe('the process', () => {
  test('does not start without the keys that identities rest on', async () => {
    for (const name of ['GUEST_TOKEN_KEYS', 'OWNER_HASH_KEY']) {
      await expect(createTestApi({ environment: { ...ENVIRONMENT, [name]: '' } })).rejects.toThrow(name);
    }
  });

  test('is not ready once it stops, and finishes what it has begun', async () => {
    let isAccepting = true;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const own = await createTestApi({ dependencies: { isAccepting: () => isAccepting } });
    const submit = own.carts.submit.bind(own.carts);
    const began = new Promise<void>((resolve) => {
      own.carts.submit = async (owner: CartOwner, ...rest) => {
        resolve();
        await held;
        return await submit(owner, ...rest);
      };
    });
    const server = await serveTestApi(own);
    expect((await own.fetch('/readyz')).status).toBe(200);
    const answering = fetch(`${server.url}/cart/items`, send('POST', { sku: 'T-A', quantity: 1 }));
    await began;
    isAccepting = false;
    const closing = server.close();
    expect((await own.fetch('/readyz')).body.parts).toMatchObject({ accepting: false });
    release();
    expect((await answering).status).toBe(201);
    await closing;
    await expect(fetch(`${server.url}/livez`)).rejects.toThrow();
    await own.close();
  });

  test('does not wait for connections that were opened and never used', async () => {
    const server = await serveTestApi(api);
    const idle = await openRawSocket(server.port);
    const half = await openRawSocket(server.port);
    half.write('GET /livez HTTP/1.1\r\nHo');
    const used = await openRawSocket(server.port);
    used.write(request('GET /livez HTTP/1.1'));
    await used.answer();
    const startedAt = performance.now();
    await stopServer(server.server, 20_000);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await Promise.all([idle.closed, half.closed, used.closed]);
  });
});
