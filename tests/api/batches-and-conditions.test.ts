/** Several changes in one request, changes for one version only, and changes that nobody waits for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bearer,
  createTestApi,
  expectProblem,
  guestToken,
  newGuest,
  send,
  type TestApi,
} from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

describe('POST /cart/batch', () => {
  const add = (sku: string, quantity = 1) => ({ type: 'addItem', sku, quantity });

  test('that is atomic applies all', async () => {
    const answer = await api.fetch(
      '/cart/batch',
      send('POST', {
        atomic: true,
        operations: [add('T-A'), add('T-B'), { type: 'removeItem', lineId: 'l1' }],
      }),
    );
    expect(answer.body).toMatchObject({
      cart: { lines: [{ id: 'l2', sku: 'T-B' }] },
      outcomes: [
        { index: 0, ok: true, lineId: 'l1' },
        { index: 1, ok: true },
        { index: 2, ok: true },
      ],
    });
    expect(answer.headers.get('etag')).toBe(`"${answer.body.cart?.version}"`);
  });

  test('that is atomic applies none, and says which was refused', async () => {
    const guest = await newGuest(api);
    const operations = [add('T-B'), { type: 'removeItem', lineId: 'l9' }];
    const answer = await api.fetch('/cart/batch', send('POST', { atomic: true, operations }, guest));
    expectProblem(answer, 404, 'line_not_found');
    expect(answer.body.errors?.[0]).toMatchObject({ path: 'operations[1]', code: 'line_not_found' });
    expect((await api.fetch('/cart', { headers: guest })).body.version).toBe(1);
    const unknown = await api.fetch(
      '/cart/batch',
      send('POST', { atomic: true, operations: [add('T-B'), add('NOPE')] }),
    );
    expectProblem(unknown, 422, 'sku_unknown');
    expect(unknown.body.errors?.[0]?.path).toBe('operations[1]');
  });

  test('that is not atomic has an outcome for each', async () => {
    const guest = await newGuest(api);
    const operations = [
      add('NOPE'),
      add('T-OFF'),
      add('T-TEN', 11),
      add('T-B'),
      { type: 'removeItem', lineId: 'l9' },
    ];
    const answer = await api.fetch('/cart/batch', send('POST', { atomic: false, operations }, guest));
    expect(answer.status).toBe(200);
    expect(answer.body.outcomes).toMatchObject([
      { index: 0, ok: false, code: 'sku_unknown' },
      { index: 1, ok: false, code: 'sku_unavailable' },
      { index: 2, ok: false, code: 'out_of_stock', available: 10 },
      { index: 3, ok: true, lineId: 'l2' },
      { index: 4, ok: false, code: 'line_not_found' },
    ]);
    expect(answer.body.cart?.lines).toHaveLength(2);
  });

  test('of which nothing can be done makes no cart', async () => {
    const operations = [{ type: 'clear' }, { type: 'removeItem', lineId: 'l1' }, add('NOPE')];
    const answer = await api.fetch('/cart/batch', send('POST', { atomic: false, operations }));
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.body).toMatchObject({
      cart: { id: null },
      outcomes: [{ ok: true }, { code: 'line_not_found' }, { code: 'sku_unknown' }],
    });
    const atomic = await api.fetch(
      '/cart/batch',
      send('POST', { atomic: true, operations: operations.slice(0, 2) }),
    );
    expectProblem(atomic, 404, 'line_not_found');
    expect(atomic.body.errors?.[0]?.path).toBe('operations[1]');
  });
});

describe('If-Match', () => {
  test('lets the present version through and refuses another with the fresh cart', async () => {
    const guest = await newGuest(api);
    const ok = await api.fetch(
      '/cart/items/l1',
      send('PATCH', { quantity: 2 }, { ...guest, 'if-match': '"1"' }),
    );
    expect(ok.status).toBe(200);
    const stale = await api.fetch(
      '/cart/items/l1',
      send('PATCH', { quantity: 3 }, { ...guest, 'if-match': '"1"' }),
    );
    expectProblem(stale, 412, 'version_conflict');
    expect(stale.body).toMatchObject({
      currentVersion: 2,
      cart: { version: 2, lines: [{ quantity: 2 }] },
      retryable: false,
    });
  });

  test('takes a list and *, never a weak tag', async () => {
    const guest = await newGuest(api);
    const patch = async (ifMatch: string) =>
      (await api.fetch('/cart/items/l1', send('PATCH', { quantity: 2 }, { ...guest, 'if-match': ifMatch })))
        .status;
    expect(await patch('"7", "1"')).toBe(200);
    expect(await patch('*')).toBe(200);
    expect(await patch('W/"3"')).toBe(412);
    expect(await patch('"other"')).toBe(412);
    expect(await patch('3')).toBe(400);
  });

  test('on an absent cart: "0" lets a first write through, anything else makes no cart', async () => {
    const add = (ifMatch: string) =>
      api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, { 'if-match': ifMatch }));
    expect((await add('"0"')).status).toBe(201);
    for (const tag of ['"4"', '*', 'W/"0"']) {
      const answer = await add(tag);
      expectProblem(answer, 412, 'version_conflict');
      expect(answer.body).toMatchObject({ currentVersion: 0, cart: { id: null } });
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
  });
});

describe('Prefer: respond-async', () => {
  test('answers 202 with where to ask, on every write', async () => {
    const guest = await newGuest(api, 'T-A', 5);
    const prefer = { ...guest, prefer: 'respond-async' };
    const writes: [string, RequestInit][] = [
      ['/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, prefer)],
      ['/cart/items/l1', send('PATCH', { quantity: 2 }, prefer)],
      [
        '/cart/batch',
        send('POST', { atomic: true, operations: [{ type: 'addItem', sku: 'T-C', quantity: 1 }] }, prefer),
      ],
      ['/cart/items/l1', send('DELETE', undefined, prefer)],
      ['/cart', send('DELETE', undefined, prefer)],
    ];
    for (const [path, init] of writes) {
      const answer = await api.fetch(path, init);
      expect([path, answer.status, answer.headers.get('preference-applied')]).toEqual([
        path,
        202,
        'respond-async',
      ]);
      const status = await api.fetch(answer.headers.get('location') ?? '', { headers: guest });
      expect(status.body).toMatchObject({ key: answer.body.key, status: 'applied' });
    }
    expect(api.carts.received.at(-1)?.isSignal).toBe(true);
    expect((await api.fetch('/cart', { headers: guest })).body).toMatchObject({ version: 6, lines: [] });
  });

  test('gives a new guest their token at once', async () => {
    const answer = await api.fetch(
      '/cart/items',
      send('POST', { sku: 'T-A', quantity: 1 }, { prefer: 'respond-async' }),
    );
    const guest = { 'cart-token': guestToken(answer) };
    expect((await api.fetch('/cart', { headers: guest })).body.version).toBe(1);
  });

  test('tells a refusal where it was asked to, and a refusal known at once right away', async () => {
    const guest = await newGuest(api);
    const headers = { ...guest, prefer: 'respond-async', 'idempotency-key': 'a key/with "marks"' };
    const quoted = { ...headers, 'idempotency-key': '"a key/with \\"marks\\""' };
    const answer = await api.fetch('/cart/items/l9', send('DELETE', undefined, quoted));
    expect(answer.status).toBe(202);
    const status = await api.fetch(answer.headers.get('location') ?? '', { headers: guest });
    expect(status.body).toMatchObject({
      key: 'a key/with "marks"',
      status: 'refused',
      code: 'line_not_found',
    });
    expectProblem(
      await api.fetch('/cart/items', send('POST', { sku: 'NOPE', quantity: 1 }, { prefer: 'respond-async' })),
      422,
      'sku_unknown',
    );
    expectProblem(
      await api.fetch('/cart/items/l1', send('DELETE', undefined, { prefer: 'respond-async' })),
      404,
      'line_not_found',
    );
  });

  test('knows nothing of other keys, or of other people’s', async () => {
    const guest = await newGuest(api);
    const key = { ...guest, 'idempotency-key': 'mine' };
    await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, key));
    expect((await api.fetch('/cart/operations/mine', { headers: guest })).body).toEqual({
      key: 'mine',
      status: 'applied',
      version: 2,
    });
    for (const headers of [{}, await newGuest(api), await bearer('eve')]) {
      expectProblem(await api.fetch('/cart/operations/mine', { headers }), 404, 'operation_not_found');
    }
  });
});
