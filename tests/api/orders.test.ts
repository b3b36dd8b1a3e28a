/** `GET /orders`: one's own and no other; for guests also by the token of their checkout. And what a hold does to the carts that look on. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOrderTokens } from '../../api/identity/order-token.ts';
import { orderPageSchema, orderSchema } from '../../api/order-schemas.ts';
import { createActivities, type Activities } from '../../activities/create-activities.ts';
import { anOrder, aPricedOrder, aReservation } from '../support/checkouts.ts';
import { eventually } from '../support/eventually.ts';
import {
  bearer,
  createTestApi,
  ENVIRONMENT,
  expectProblem,
  newGuest,
  send,
  serveTestApi,
  type TestApi,
} from './test-api.ts';

let api: TestApi;
let activities: Activities;

beforeAll(async () => {
  api = await createTestApi();
  activities = createActivities({ sql: api.sql });
});
afterAll(() => api.close());

type Headers = Record<string, string>;

/** The pseudonym under which the caller's cart was published. */
async function ownerHashOf(headers: Headers): Promise<string> {
  const { body } = await api.fetch('/cart', { headers });
  const [row] = await api.sql<{ ownerHash: string }[]>`
    SELECT owner_hash AS "ownerHash" FROM carts WHERE cart_id = ${body.id}`;
  if (!row) throw new Error('no cart');
  return row.ownerHash;
}

let checkouts = 0;

async function place(ownerHash: string, quantity = 1): Promise<{ orderId: string; checkoutId: string }> {
  checkouts += 1;
  const checkoutId = `checkout:${checkouts}`;
  const priced = aPricedOrder([{ sku: 'T-A', quantity }]);
  const outcome = await activities.createOrder(anOrder(checkoutId, priced, { ownerHash }));
  if (outcome.status !== 'placed') throw new Error('refused');
  return { orderId: outcome.order.orderId, checkoutId };
}

async function newCustomer(name: string): Promise<Headers> {
  const headers = await bearer(name);
  await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, headers));
  return headers;
}

const orderToken = (checkoutId: string, now = () => api.clock.now, lifeMs = 60_000): Headers => ({
  'order-token': createOrderTokens({ keys: api.config.GUEST_TOKEN_KEYS, lifeMs, now }).sign(checkoutId),
});

const list = async (headers: Headers, query = '') => {
  const { status, body } = await api.fetch(`/orders${query}`, { headers });
  expect(status).toBe(200);
  const page = orderPageSchema.strict().parse(body);
  return { ids: page.orders.map(({ id }) => id), cursor: page.nextCursor };
};

describe('an order', () => {
  test('is shown to its owner as it was bought, and is never cached', async () => {
    const ada = await newCustomer('ada');
    const { orderId } = await place(await ownerHashOf(ada), 3);
    const answer = await api.fetch(`/orders/${orderId}`, { headers: ada });
    expect(answer.status).toBe(200);
    expect(orderSchema.strict().parse(answer.body)).toMatchObject({
      id: orderId,
      subtotal: 3_000,
      total: 3_000,
      totalQuantity: 3,
      payment: { amount: 3_000 },
      lines: [{ sku: 'T-A', quantity: 3, unitPrice: 1_000 }],
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const etag = answer.headers.get('etag') ?? '';
    const again = await api.fetch(`/orders/${orderId}`, { headers: { ...ada, 'if-none-match': etag } });
    expect([again.status, again.text, again.headers.get('cache-control')]).toEqual([304, '', 'no-store']);
  });

  test('of somebody else looks like one that never was', async () => {
    const { orderId } = await place(await ownerHashOf(await newCustomer('bob')));
    const eve = await newCustomer('eve');
    const foreign = await api.fetch(`/orders/${orderId}`, { headers: eve });
    const unknown = await api.fetch('/orders/AAAAAAAAAAAAAAAAAAAAAA', { headers: eve });
    expectProblem(foreign, 404, 'order_not_found');
    expect({ ...foreign.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
    expectProblem(await api.fetch(`/orders/${orderId}`), 401, 'unauthenticated');
    expectProblem(await api.fetch('/orders'), 401, 'unauthenticated');
    expectProblem(await api.fetch('/orders/%00'), 422, 'validation_failed');
    expect((await list(eve)).ids).toEqual([]);
  });
});

describe('the list', () => {
  test('goes through all orders, newest first, page by page, while new ones come', async () => {
    const grace = await newCustomer(`grace-${randomUUID()}`);
    const ownerHash = await ownerHashOf(grace);
    const ids: string[] = [];
    for (let index = 0; index < 23; index += 1) {
      ids.unshift((await place(ownerHash)).orderId);
      // Orders of one millisecond have no newest among them.
      const placedBefore = Date.now();
      await eventually(() => Date.now() >= placedBefore + 2, { every: 1 });
    }
    const first = await list(grace);
    expect(first.ids).toEqual(ids.slice(0, 20));
    await place(ownerHash);
    const second = await list(grace, `?cursor=${first.cursor}`);
    expect(second).toEqual({ ids: ids.slice(20), cursor: null });
    expect((await list(grace, '?limit=100')).ids).toHaveLength(24);
    // A cursor is no credential: with it, another caller sees its own.
    expect((await list(await newCustomer('mallory'), `?cursor=${first.cursor}`)).ids).toEqual([]);
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'cursor=',
    'cursor=AAAA',
    'cursor=a&cursor=b',
    'page=2&limit=-1',
  ])('refuses ?%s', async (query) => {
    const answer = await api.fetch(`/orders?${query}`, { headers: await bearer('grace') });
    expectProblem(answer, 422, 'validation_failed');
  });
});

describe('an Order-Token', () => {
  test('shows the order of its checkout and no other, to whoever has it', async () => {
    const guest = await newGuest(api);
    const ownerHash = await ownerHashOf(guest);
    const [one, other] = [await place(ownerHash), await place(ownerHash)];
    const token = orderToken(one.checkoutId);
    expect((await list(token)).ids).toEqual([one.orderId]);
    expect((await api.fetch(`/orders/${one.orderId}`, { headers: token })).status).toBe(200);
    expectProblem(await api.fetch(`/orders/${other.orderId}`, { headers: token }), 404, 'order_not_found');
    // With the guest's own cookie or token the orders are there as well, and the two add up.
    expect((await list(guest)).ids).toEqual([other.orderId, one.orderId]);
    const somebody = await newCustomer('heidi');
    const { orderId } = await place(await ownerHashOf(somebody));
    expect((await list({ ...somebody, ...token })).ids).toEqual([orderId, one.orderId]);
  });

  test('of a checkout that came to no order shows none', async () => {
    expect((await list(orderToken('checkout:none'))).ids).toEqual([]);
  });

  test('is good for its time and its purpose only', async () => {
    const { orderId, checkoutId } = await place('nobody in particular');
    const ask = (headers: Headers) => api.fetch(`/orders/${orderId}`, { headers });
    const good = orderToken(checkoutId)['order-token'] ?? '';
    expectProblem(await ask(orderToken(checkoutId, () => api.clock.now - 61_000)), 401, 'token_expired');
    const keys = [`k1:${Buffer.alloc(32, 9).toString('base64url')}`];
    const foreign = createOrderTokens({ keys, lifeMs: 60_000, now: Date.now }).sign(checkoutId);
    const guest = (await newGuest(api))['cart-token'] ?? '';
    for (const token of ['', 'o1', foreign, `${good}A`, good.replace('o1.', 'v1.'), good.slice(0, -1), guest])
      expectProblem(await ask({ 'order-token': token }), 401, 'token_invalid');
    expectProblem(await api.fetch('/cart', { headers: { 'cart-token': good } }), 401, 'token_invalid');
    expect(JSON.stringify(api.logLines())).not.toContain(good);
  });

  test('comes once or not at all', async () => {
    const server = await serveTestApi(api);
    const token = orderToken('checkout:none')['order-token'] ?? '';
    const response = await fetch(`${server.url}/orders`, {
      headers: [
        ['order-token', token],
        ['order-token', token],
      ],
    });
    expect(response.status).toBe(401);
    await server.close();
  });

  test('outlives the key that signed it, as long as that key is listed', async () => {
    const fresh = `k2:${Buffer.alloc(32, 3).toString('base64url')}`;
    const both = { keys: [fresh, ENVIRONMENT.GUEST_TOKEN_KEYS ?? ''], lifeMs: 60_000, now: Date.now };
    const token = orderToken('checkout:1', Date.now)['order-token'] ?? '';
    expect(createOrderTokens(both).verify(token)).toEqual({ checkoutId: 'checkout:1' });
    expect(createOrderTokens({ ...both, keys: [fresh] }).verify(token)).toBeUndefined();
    expect(() => createOrderTokens({ ...both, keys: [] })).toThrow(/GUEST_TOKEN_KEYS/);
  });
});

describe('a cart whose checkout holds the last unit', () => {
  test('still has it, while everybody else sees that it is gone', async () => {
    const [buyer, watcher] = [await newGuest(api, 'T-ONE'), await newGuest(api, 'T-ONE')];
    const { body } = await api.fetch('/cart', { headers: buyer });
    const items = [{ sku: 'T-ONE', quantity: 1 }];
    await activities.reserveStock(aReservation({ checkoutId: 'last', cartId: body.id ?? '', items }));
    await api.sql`UPDATE carts SET status = 'checkout' WHERE cart_id = ${body.id}`;
    const line = async (headers: Headers) => (await api.fetch('/cart', { headers })).body.lines[0];
    expect(await line(buyer)).toMatchObject({ available: 'low', maxQuantity: 1 });
    expect(await line(watcher)).toMatchObject({ available: 'outOfStock', maxQuantity: 0 });
    expectProblem(
      await api.fetch('/cart/items', send('POST', { sku: 'T-ONE', quantity: 1 }, await bearer('late'))),
      409,
      'out_of_stock',
    );
  });
});
