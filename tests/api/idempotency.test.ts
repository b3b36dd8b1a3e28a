/** A request is applied once however often it is sent: the matrix of same key and …, for each write. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, bearer, createTestApi, guestToken, newGuest, send, type TestApi } from './test-api.ts';

let api: TestApi;
let guest: Record<string, string>;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  guest = await newGuest(api, 'T-A', 5);
});

interface Write {
  name: string;
  path: string;
  method: string;
  body?: unknown;
  /** The same body, written differently. */
  twin?: string;
  /** Another request on the same route. */
  other: [path: string, body?: unknown];
}

const WRITES: Write[] = [
  {
    name: 'POST /cart/items',
    method: 'POST',
    path: '/cart/items',
    body: { sku: 'T-B', quantity: 1 },
    twin: '{ "quantity": 1.0,\n "sku": "T-B" }',
    other: ['/cart/items', { sku: 'T-B', quantity: 2 }],
  },
  {
    name: 'PATCH /cart/items/{lineId}',
    method: 'PATCH',
    path: '/cart/items/l1',
    body: { quantity: 3, attributes: { a: '1', b: '2' } },
    twin: '{"attributes":{"b":"2","a":"1"},"quantity":3}',
    other: ['/cart/items/l1', { quantity: 4 }],
  },
  {
    name: 'DELETE /cart/items/{lineId}',
    method: 'DELETE',
    path: '/cart/items/l1',
    other: ['/cart/items/l2'],
  },
  { name: 'DELETE /cart', method: 'DELETE', path: '/cart', other: ['/cart/items/l1'] },
  {
    name: 'POST /cart/batch',
    method: 'POST',
    path: '/cart/batch',
    body: {
      atomic: true,
      operations: [
        { type: 'addItem', sku: 'T-B', quantity: 1 },
        { type: 'removeItem', lineId: 'l1' },
      ],
    },
    twin: '{"operations":[{"quantity":1,"type":"addItem","sku":"T-B"},{"lineId":"l1","type":"removeItem"}],"atomic":true}',
    other: [
      '/cart/batch',
      {
        atomic: false,
        operations: [
          { type: 'addItem', sku: 'T-B', quantity: 1 },
          { type: 'removeItem', lineId: 'l1' },
        ],
      },
    ],
  },
];

describe.each(WRITES)('$name', (write) => {
  const keyed = (key: string, more: Record<string, string> = {}) => ({
    ...guest,
    'idempotency-key': key,
    ...more,
  });
  const run = (key: string, more?: Record<string, string>): Promise<Answer> =>
    api.fetch(write.path, send(write.method, write.body, keyed(key, more)));
  const version = async (): Promise<number> => (await api.fetch('/cart', { headers: guest })).body.version;

  test('with the same key and body is answered as before and applied once', async () => {
    const first = await run('k');
    const again = await run('k');
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.status).toBe(first.status);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  test('with the quoted key is the same request', async () => {
    await run('k');
    expect((await run('"k"')).headers.get('idempotent-replayed')).toBe('true');
  });

  test('with the body written differently is the same request', async () => {
    await run('k');
    const again = await api.fetch(write.path, send(write.method, write.twin ?? write.body, keyed('k')));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  test('with another request under the key is refused and changes nothing', async () => {
    await run('k');
    const before = await version();
    const [path, body] = write.other;
    const answer = await api.fetch(path, send(write.method, body, keyed('k')));
    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect(await version()).toBe(before);
  });

  test('under a key that another route has used is refused', async () => {
    await api.fetch('/cart/items', send('POST', { sku: 'T-C', quantity: 1 }, keyed('k')));
    const answer = await run('k');
    expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('under the key of somebody else is a request of its own', async () => {
    await run('k');
    const stranger = await newGuest(api, 'T-A', 5);
    const answer = await api.fetch(
      write.path,
      send(write.method, write.body, { ...stranger, 'idempotency-key': 'k' }),
    );
    expect(answer.headers.get('idempotent-replayed')).toBeNull();
    expect(answer.status).toBeLessThan(300);
  });

  test('sent 20 times at once is applied once', async () => {
    const before = await version();
    const answers = await Promise.all(Array.from({ length: 20 }, () => run('k')));
    expect(new Set(answers.map((answer) => answer.status)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(await version()).toBe(before + (write.path === '/cart/batch' ? 2 : 1));
  });

  test('whose answer was lost is answered by the retry', async () => {
    api.carts.outage = 'lost_answer';
    const lost = await run('k');
    expect([lost.status, lost.body.code, lost.body.retryable]).toEqual([504, 'deadline_exceeded', true]);
    expect(lost.headers.get('retry-after')).toBe('1');
    api.carts.outage = 'none';
    expect((await run('k')).headers.get('idempotent-replayed')).toBe('true');
  });

  test('that never arrived is applied by the retry', async () => {
    for (const outage of ['unreachable', 'no_answer'] as const) {
      api.carts.outage = outage;
      expect((await run('k')).status).toBeGreaterThanOrEqual(503);
    }
    api.carts.outage = 'none';
    const answer = await run('k');
    expect(answer.status).toBeLessThan(300);
    expect(answer.headers.get('idempotent-replayed')).toBeNull();
  });

  test('with a stale If-Match is answered as before when it had been applied', async () => {
    const first = await run('k', { 'if-match': '"1"' });
    expect(first.status).toBeLessThan(300);
    expect((await run('k', { 'if-match': '"1"' })).headers.get('idempotent-replayed')).toBe('true');
    expect((await run('k2', { 'if-match': '"1"' })).status).toBe(412);
  });

  test('after the cart was cleared and an order was made stays what it was', async () => {
    await run('k');
    await api.fetch('/cart', send('DELETE', undefined, guest));
    const owner = api.carts.received.at(-1)?.owner;
    if (owner) await api.carts.complete(owner);
    const again = await run('k');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((again.body.cart ?? again.body).lines).toEqual([]);
  });

  test('without a key is applied each time, under keys of its own', async () => {
    const sent = api.carts.received.length;
    await api.fetch(write.path, send(write.method, write.body, guest));
    await api.fetch(write.path, send(write.method, write.body, guest));
    const keys = api.carts.received.slice(sent).map(({ request }) => request.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a refusal', () => {
  test('is judged anew under the same key', async () => {
    const headers = { ...guest, 'idempotency-key': 'k' };
    const refused = await api.fetch('/cart/items', send('POST', { sku: 'T-TEN', quantity: 11 }, headers));
    expect(refused.body.code).toBe('out_of_stock');
    await api.sql`SELECT set_stock('T-TEN', 11)`;
    expect(
      (await api.fetch('/cart/items', send('POST', { sku: 'T-TEN', quantity: 11 }, headers))).status,
    ).toBe(201);
    await api.sql`SELECT set_stock('T-TEN', 10)`;
  });
});

describe('a product that is gone meanwhile', () => {
  test.each([
    ['discontinued', 'UPDATE variants SET active = false WHERE sku = ', 'sku_unavailable'],
    ['deleted', 'DELETE FROM variants WHERE sku = ', 'sku_unknown'],
  ])('(%s) does not hide that the request had been applied', async (_name, statement, code) => {
    const sku = `T-0${code === 'sku_unknown' ? '41' : '42'}`;
    const headers = { ...guest, 'idempotency-key': 'k' };
    expect((await api.fetch('/cart/items', send('POST', { sku, quantity: 1 }, headers))).status).toBe(201);
    await api.sql.unsafe(`${statement}'${sku}'`);
    const again = await api.fetch('/cart/items', send('POST', { sku, quantity: 1 }, headers));
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    const fresh = await api.fetch(
      '/cart/items',
      send('POST', { sku, quantity: 1 }, { ...guest, 'idempotency-key': 'k2' }),
    );
    expect(fresh.body.code).toBe(code);
    const strange = await api.fetch(
      '/cart/items',
      send('POST', { sku, quantity: 1 }, { ...(await bearer(`b-${sku}`)), 'idempotency-key': 'k' }),
    );
    expect(strange.body.code).toBe(code);
  });
});

describe('a guest whose cart has ended', () => {
  test('goes on with a new cart and token, and does not notice', async () => {
    const owner = api.carts.received.at(-1)?.owner;
    if (!owner) throw new Error('no owner');
    await api.carts.expire(owner);
    expect((await api.fetch('/cart', { headers: guest })).body).toMatchObject({ id: null, version: 0 });
    const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, guest));
    expect([answer.status, answer.body.version]).toEqual([201, 1]);
    expect(guestToken(answer)).not.toBe(guest['cart-token']);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect((await api.fetch('/cart', { headers: { 'cart-token': guestToken(answer) } })).body.version).toBe(
      1,
    );
  });

  test('by cookie gets a new cookie', async () => {
    const owner = api.carts.received.at(-1)?.owner;
    if (!owner) throw new Error('no owner');
    await api.carts.expire(owner);
    const cookie = { cookie: `__Host-cart=${guest['cart-token']}` };
    const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, cookie));
    expect(answer.status).toBe(201);
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-cart=v1\./);
    expect(answer.headers.get('set-cookie')).not.toContain(guest['cart-token']);
    const removed = await api.fetch('/cart/items/l1', send('DELETE', undefined, cookie));
    expect(removed.body.code).toBe('line_not_found');
  });
});
