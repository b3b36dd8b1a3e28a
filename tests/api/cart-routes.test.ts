/** Reading and changing a cart over HTTP: every route once in each of its forms. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setProduct } from '../../database/catalogue.ts';
import { cartViewSchema } from '../../api/answer-schemas.ts';
import { type Answer, bearer, createTestApi, guestToken, newGuest, send, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const expectProblem = (answer: Answer, status: number, code: string) => {
  expect({ status: answer.status, code: answer.body?.code }, answer.text).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
};

describe('GET /cart', () => {
  test('of nobody is an empty cart of version 0, makes no guest and starts nothing', async () => {
    const before = api.carts.received.length;
    const answer = await api.fetch('/cart');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: null, version: 0, lines: [], owner: 'guest', total: 0 });
    expect(answer.headers.get('etag')).toBe('"0"');
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('cart-token')).toBeNull();
    expect(api.carts.received).toHaveLength(before);
  });

  test('of a customer without a cart is an empty customer cart', async () => {
    const answer = await api.fetch('/cart', { headers: await bearer('nobody-yet') });
    expect(answer.body).toMatchObject({ version: 0, owner: 'customer' });
  });

  test('shows the lines with no-store, nosniff and a strong ETag', async () => {
    const guest = await newGuest(api, 'T-A', 2);
    const answer = await api.fetch('/cart', { headers: guest });
    expect(cartViewSchema.parse(answer.body)).toBeDefined();
    expect(answer.body).toMatchObject({
      version: 1,
      lines: [{ id: 'l1', sku: 'T-A', quantity: 2, unitPrice: 1999, lineTotal: 3998 }],
      total: 3998,
    });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      etag: '"1"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/json; charset=utf-8',
    });
  });

  test('answers 304 to the present ETag and 200 to another', async () => {
    const guest = await newGuest(api);
    for (const tag of ['"1"', 'W/"1"', '"0", "1"', '*']) {
      const answer = await api.fetch('/cart', { headers: { ...guest, 'if-none-match': tag } });
      expect([tag, answer.status, answer.text]).toEqual([tag, 304, '']);
      expect(answer.headers.get('etag')).toBe('"1"');
    }
    for (const tag of ['"0"', '"2"', '"1.5"']) {
      expect((await api.fetch('/cart', { headers: { ...guest, 'if-none-match': tag } })).status).toBe(200);
    }
    expectProblem(
      await api.fetch('/cart', { headers: { ...guest, 'if-none-match': 'x' } }),
      400,
      'invalid_header',
    );
  });

  test('with consistency=strong asks the cart itself', async () => {
    const guest = await newGuest(api);
    api.carts.isPublicationSlow = true;
    await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, guest));
    expect((await api.fetch('/cart', { headers: guest })).body.version).toBe(1);
    expect((await api.fetch('/cart?consistency=strong', { headers: guest })).body.version).toBe(2);
    api.carts.isPublicationSlow = false;
    expectProblem(await api.fetch('/cart?consistency=weak'), 422, 'validation_failed');
    expectProblem(await api.fetch('/cart?consistency=strong&consistency=strong'), 422, 'validation_failed');
  });

  test('by HEAD answers the headers alone', async () => {
    const guest = await newGuest(api);
    const answer = await api.fetch('/cart', { method: 'HEAD', headers: guest });
    expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([200, '', '"1"']);
  });
});

describe('a catalogue that moves on', () => {
  test('shows today’s availability under an ETag of its own, and If-Match still takes the version', async () => {
    const guest = await newGuest(api, 'T-TEN', 5);
    await setProduct(api.sql, 'T-TEN', { stock: 3 });
    const answer = await api.fetch('/cart', { headers: guest });
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"1\.\d+"$/);
    expect(answer.body).toMatchObject({
      version: 1,
      hasUnavailableItems: true,
      lines: [{ maxQuantity: 3, available: 'low' }],
      warnings: [{ code: 'quantity_exceeds_stock', lineId: 'l1' }],
    });
    expect((await api.fetch('/cart', { headers: { ...guest, 'if-none-match': etag } })).status).toBe(304);
    const patched = await api.fetch(
      '/cart/items/l1',
      send('PATCH', { quantity: 2 }, { ...guest, 'if-match': etag }),
    );
    expect([patched.status, patched.body.hasUnavailableItems]).toEqual([200, false]);
    await setProduct(api.sql, 'T-TEN', { stock: 10 });
  });

  test('warns of a moved price and keeps the agreed one until the cart changes', async () => {
    const guest = await newGuest(api, 'T-B');
    await setProduct(api.sql, 'T-B', { price: 5_995 });
    const answer = await api.fetch('/cart', { headers: guest });
    expect(answer.body).toMatchObject({ total: 4_995, warnings: [{ code: 'price_moved', lineId: 'l1' }] });
    await setProduct(api.sql, 'T-B', { price: 4_995 });
  });
});

describe('POST /cart/items', () => {
  test('makes a guest with the first write: 201, Location, cookie and token', async () => {
    const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }));
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/cart/items/l1');
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('set-cookie')).toBe(
      `__Host-cart=${guestToken(answer)}; Path=/; Max-Age=7776000; HttpOnly; Secure; SameSite=Lax`,
    );
  });

  test('meets the line of the same SKU and equal options, unless it is to be separate', async () => {
    const guest = await newGuest(api);
    await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 2 }, guest));
    const separate = { sku: 'T-A', quantity: 1, separateLine: true };
    const answer = await api.fetch('/cart/items', send('POST', separate, guest));
    expect(answer.body.lines).toMatchObject([
      { id: 'l1', quantity: 3 },
      { id: 'l2', quantity: 1 },
    ]);
    expect(answer.headers.get('location')).toBe('/cart/items/l2');
  });

  test('keeps attributes', async () => {
    const answer = await api.fetch(
      '/cart/items',
      send('POST', { sku: 'T-A', quantity: 1, attributes: { gift: 'Für Ada ♥\nalles Gute' } }),
    );
    expect(answer.body.lines[0]?.attributes).toEqual({ gift: 'Für Ada ♥\nalles Gute' });
  });

  test.each([
    ['an unknown SKU', { sku: 'T-NONE', quantity: 1 }, 422, 'sku_unknown'],
    ['a discontinued SKU', { sku: 'T-OFF', quantity: 1 }, 409, 'sku_unavailable'],
    ['more than there is', { sku: 'T-TEN', quantity: 11 }, 409, 'out_of_stock'],
    [
      'an option that the product lacks',
      { sku: 'T-A', quantity: 1, options: { x: 1 } },
      422,
      'options_invalid',
    ],
  ])('refuses %s', async (_name, body, status, code) => {
    const answer = await api.fetch('/cart/items', send('POST', body));
    expectProblem(answer, status, code);
    if (code === 'out_of_stock') expect(answer.body.available).toBe(10);
  });

  test('refuses an unknown SKU before the cart hears of it', async () => {
    const before = api.carts.received.length;
    const answer = await api.fetch('/cart/items', send('POST', { sku: 'T-NONE', quantity: 1 }));
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(api.carts.received).toHaveLength(before);
  });

  test('refuses more than 100 lines', async () => {
    const operations = Array.from({ length: 50 }, (_, index) => ({
      type: 'addItem',
      sku: `T-${String(index + 1).padStart(3, '0')}`,
      quantity: 1,
    }));
    const guest = await newGuest(api);
    await api.fetch('/cart/batch', send('POST', { atomic: true, operations }, guest));
    const more = operations.map((operation) => ({ ...operation, separateLine: true }));
    expectProblem(
      await api.fetch('/cart/batch', send('POST', { atomic: true, operations: more }, guest)),
      422,
      'line_limit',
    );
    expect((await api.fetch('/cart', { headers: guest })).body.itemsCount).toBe(51);
  });
});

describe('PATCH and DELETE of a line', () => {
  test('set the quantity, remove with 0, remove', async () => {
    const guest = await newGuest(api);
    await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, guest));
    const five = await api.fetch('/cart/items/l1', send('PATCH', { quantity: 5 }, guest));
    expect([five.status, five.body.lines[0]?.quantity]).toEqual([200, 5]);
    const none = await api.fetch('/cart/items/l1', send('PATCH', { quantity: 0 }, guest));
    expect(none.body.lines).toMatchObject([{ id: 'l2' }]);
    const empty = await api.fetch('/cart/items/l2', send('DELETE', undefined, guest));
    expect([empty.status, empty.body.lines, empty.body.version]).toEqual([200, [], 5]);
  });

  test('set options and attributes', async () => {
    const guest = await newGuest(api);
    const answer = await api.fetch('/cart/items/l1', send('PATCH', { attributes: { note: 'x' } }, guest));
    expect(answer.body.lines[0]?.attributes).toEqual({ note: 'x' });
    expectProblem(
      await api.fetch('/cart/items/l1', send('PATCH', { options: { nope: 'x' } }, guest)),
      422,
      'options_invalid',
    );
  });

  test('of a line that is not there is line_not_found, with a cart and without', async () => {
    const guest = await newGuest(api);
    for (const headers of [guest, {}, await bearer('lineless')]) {
      expectProblem(
        await api.fetch('/cart/items/l9', send('PATCH', { quantity: 1 }, headers)),
        404,
        'line_not_found',
      );
      expectProblem(
        await api.fetch('/cart/items/l9', send('DELETE', undefined, headers)),
        404,
        'line_not_found',
      );
    }
  });

  test('of more than there is names what there is', async () => {
    const guest = await newGuest(api, 'T-TEN', 1);
    const answer = await api.fetch('/cart/items/l1', send('PATCH', { quantity: 11 }, guest));
    expectProblem(answer, 409, 'out_of_stock');
    expect(answer.body.available).toBe(10);
  });
});

describe('DELETE /cart', () => {
  test('removes all lines', async () => {
    const guest = await newGuest(api);
    const answer = await api.fetch('/cart', send('DELETE', undefined, guest));
    expect([answer.status, answer.body.lines, answer.body.version]).toEqual([200, [], 2]);
  });

  test('of an absent cart is an empty view and starts nothing', async () => {
    for (const headers of [{}, await bearer('never')]) {
      const answer = await api.fetch('/cart', send('DELETE', undefined, headers));
      expect([answer.status, answer.body.version, answer.headers.get('set-cookie')]).toEqual([200, 0, null]);
    }
  });
});

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

describe('the command-style aliases', () => {
  test('do what their routes do', async () => {
    const added = await api.fetch('/cart/add', send('POST', { sku: 'T-A', quantity: 1 }));
    const guest = { 'cart-token': guestToken(added) };
    expect([added.status, added.headers.get('location')]).toEqual([201, '/cart/items/l1']);
    const updated = await api.fetch('/cart/update', send('PUT', { lineId: 'l1', quantity: 4 }, guest));
    expect(updated.body.totalQuantity).toBe(4);
    await api.fetch('/cart/add', send('POST', { sku: 'T-B', quantity: 1 }, guest));
    expect((await api.fetch('/cart/remove', send('DELETE', { lineId: 'l2' }, guest))).body.itemsCount).toBe(
      1,
    );
    expect(
      (await api.fetch('/cart/remove?lineId=l1', send('DELETE', undefined, guest))).body.itemsCount,
    ).toBe(0);
    await api.fetch('/cart/add', send('POST', { sku: 'T-B', quantity: 1 }, guest));
    expect((await api.fetch('/cart/clear', send('DELETE', undefined, guest))).body.itemsCount).toBe(0);
  });

  test('refuse a line named not at all, or twice differently', async () => {
    const guest = await newGuest(api);
    expectProblem(
      await api.fetch('/cart/remove', send('DELETE', undefined, guest)),
      422,
      'validation_failed',
    );
    expectProblem(
      await api.fetch('/cart/remove?lineId=l2', send('DELETE', { lineId: 'l1' }, guest)),
      422,
      'validation_failed',
    );
  });
});

describe('GET /products', () => {
  test('pages through the whole catalogue without gaps or repetitions', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; page < 100 && cursor !== null; page += 1) {
      const answer: Answer = await api.fetch(`/products?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(answer.status).toBe(200);
      seen.push(...answer.body.products.map((product: { productId: string }) => product.productId));
      cursor = answer.body.nextCursor;
    }
    expect(cursor).toBeNull();
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(100);
  });

  test('finds one by its SKU, and says so when there is none', async () => {
    expect((await api.fetch('/products/T-A')).body.variants?.[0]).toMatchObject({
      sku: 'T-A',
      unitPrice: 1999,
    });
    expectProblem(await api.fetch('/products/NOPE'), 404, 'product_not_found');
    for (const path of [
      '/products/a%00b',
      '/products?limit=0',
      '/products?limit=101',
      '/products?limit=x',
      '/products?cursor=*',
    ]) {
      expectProblem(await api.fetch(path), 422, 'validation_failed');
    }
  });
});
