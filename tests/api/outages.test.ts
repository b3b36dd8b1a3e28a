/** Parts that are down: what still works, what says so, and with which advice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../database/client.ts';
import { bearer, createTestApi, newGuest, send, type TestApi } from './test-api.ts';

describe('without Temporal', () => {
  let api: TestApi;
  let guest: Record<string, string>;
  beforeAll(async () => {
    api = await createTestApi();
    guest = await newGuest(api);
    api.carts.outage = 'unreachable';
  });
  afterAll(() => api.close());

  test('carts can be read', async () => {
    expect((await api.fetch('/cart', { headers: guest })).body.version).toBe(1);
    expect((await api.fetch('/products/T-A')).status).toBe(200);
  });

  test('writes are dependency_unavailable with Retry-After, retryable', async () => {
    const writes: [string, RequestInit][] = [
      ['/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, guest)],
      ['/cart/items/l1', send('PATCH', { quantity: 2 }, guest)],
      ['/cart/items/l1', send('DELETE', undefined, guest)],
      ['/cart', send('DELETE', undefined, guest)],
      ['/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, { ...guest, prefer: 'respond-async' })],
    ];
    for (const [path, init] of writes) {
      const answer = await api.fetch(path, init);
      expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([
        503,
        'dependency_unavailable',
        true,
      ]);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  test('a strong read says so, too', async () => {
    const answer = await api.fetch('/cart?consistency=strong', { headers: guest });
    expect([answer.status, answer.body.code]).toEqual([503, 'dependency_unavailable']);
  });

  test('an operation that a later one has confirmed is known; of the last one only the cart is sure', async () => {
    api.carts.outage = 'none';
    for (const key of ['before', 'last']) {
      api.clock.now += 1;
      const add = send('POST', { sku: 'T-A', quantity: 1 }, { ...guest, 'idempotency-key': key });
      await api.fetch('/cart/items', add);
    }
    api.carts.outage = 'unreachable';
    expect((await api.fetch('/cart/operations/last', { headers: guest })).status).toBe(503);
    expect((await api.fetch('/cart/operations/before', { headers: guest })).body.status).toBe('applied');
    expect((await api.fetch('/cart/operations/other', { headers: guest })).body.code).toBe(
      'dependency_unavailable',
    );
  });

  test('readiness names Temporal', async () => {
    const answer = await api.fetch('/readyz');
    expect([answer.status, answer.body]).toEqual([
      503,
      { ready: false, parts: { postgres: true, temporal: false, accepting: true } },
    ]);
    expect((await api.fetch('/livez')).status).toBe(200);
  });
});

describe('an unknown outcome', () => {
  test('hands a new guest their token all the same, so that the retry finds the same cart', async () => {
    const api = await createTestApi();
    api.carts.outage = 'lost_answer';
    const init = (headers: Record<string, string> = {}) =>
      send('POST', { sku: 'T-A', quantity: 1 }, { 'idempotency-key': 'k', ...headers });
    const lost = await api.fetch('/cart/items', init());
    expect(lost.status).toBe(504);
    const token = lost.headers.get('cart-token') ?? '';
    api.carts.outage = 'none';
    const retried = await api.fetch('/cart/items', init({ 'cart-token': token }));
    expect([retried.status, retried.headers.get('idempotent-replayed'), retried.body.totalQuantity]).toEqual([
      201,
      'true',
      1,
    ]);
    await api.close();
  });
});

describe('without PostgreSQL', () => {
  let api: TestApi;
  let guest: Record<string, string>;
  let isDown = false;
  beforeAll(async () => {
    api = await createTestApi();
    guest = await newGuest(api, 'T-A', 2);
    await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, guest));
    api.carts.isPublicationSlow = true;
    // The database is away for this API from here on; the carts live on in Temporal.
    await api.sql.end();
    isDown = true;
  });
  afterAll(() => api.close());

  test('known carts are read from the workflow', async () => {
    expect(isDown).toBe(true);
    const answer = await api.fetch('/cart', { headers: guest });
    expect([answer.status, answer.body.version, answer.headers.get('etag')]).toEqual([200, 2, '"2"']);
  });

  test('known carts are changed: known products added, lines updated and removed', async () => {
    expect(
      (await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, guest))).body.totalQuantity,
    ).toBe(4);
    expect(
      (await api.fetch('/cart/items/l1', send('PATCH', { quantity: 1 }, guest))).body.totalQuantity,
    ).toBe(2);
    expect((await api.fetch('/cart/items/l2', send('DELETE', undefined, guest))).body.totalQuantity).toBe(1);
    expect((await api.fetch('/cart', send('DELETE', undefined, guest))).body.totalQuantity).toBe(0);
  });

  test('a product that was not read lately cannot be added, and that is not called unknown', async () => {
    const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-C', quantity: 1 }, guest));
    expect([answer.status, answer.body.code]).toEqual([503, 'dependency_unavailable']);
  });

  test('what was read of a product is not believed longer than PRICE_AGE', async () => {
    api.clock.now += 3_600_001;
    const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, guest));
    expect(answer.body.code).toBe('dependency_unavailable');
    api.clock.now -= 3_600_001;
  });

  test('the catalogue is dependency_unavailable, readiness names PostgreSQL', async () => {
    for (const path of ['/products', '/products/T-A']) {
      expect((await api.fetch(path)).body.code).toBe('dependency_unavailable');
    }
    expect((await api.fetch('/readyz')).body.parts).toEqual({
      postgres: false,
      temporal: true,
      accepting: true,
    });
  });

  test('operations are told by the cart', async () => {
    await api.fetch(
      '/cart/items',
      send('POST', { sku: 'T-A', quantity: 1 }, { ...guest, 'idempotency-key': 'k' }),
    );
    expect((await api.fetch('/cart/operations/k', { headers: guest })).body.status).toBe('applied');
  });
});

describe('without either', () => {
  test('nobody is told a lie: reads and writes are dependency_unavailable', async () => {
    const sql = connect('postgres://127.0.0.1:9/none', { max: 1, name: 'test' });
    const api = await createTestApi({ dependencies: { sql } });
    api.carts.outage = 'unreachable';
    const headers = await bearer('ada');
    for (const [path, init] of [
      ['/cart', { headers }],
      ['/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, headers)],
    ] as [string, RequestInit][]) {
      const answer = await api.fetch(path, init);
      expect([answer.status, answer.body.code]).toEqual([503, 'dependency_unavailable']);
    }
    await sql.end();
    await api.close();
  });
});

describe('a read model that is behind', () => {
  test('does not hide a caller’s own write', async () => {
    const api = await createTestApi();
    const guest = await newGuest(api);
    api.carts.isPublicationSlow = true;
    const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 4 }, guest));
    expect([answer.status, answer.body.totalQuantity, answer.headers.get('etag')]).toEqual([201, 5, '"2"']);
    await api.close();
  });
});
