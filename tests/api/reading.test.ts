/** Reading over HTTP: the cart in all its forms, a catalogue that moves on, the catalogue itself. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setProduct } from '../../database/catalogue.ts';
import { cartViewSchema } from '../../api/answer-schemas.ts';
import {
  bearer,
  createTestApi,
  expectProblem,
  newGuest,
  send,
  type Answer,
  type TestApi,
} from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

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
