/** Changing a cart over HTTP: items, lines, everything at once, and the command-style aliases. */
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
