/** Operators look for carts, into them, and act on them: over HTTP, with real workflows behind. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareReplay, replayTrail, type TrailEntry } from '../../cart/replay-trail.ts';
import {
  actedSchema,
  cartPageSchema,
  inspectedCartSchema,
  repairedSchema,
  trailPageSchema,
} from '../../api/operators/schemas.ts';
import { createOperatedShop, type OperatedShop } from '../support/operated-shop.ts';
import { type Answer, customerToken, expectProblem, send } from './test-api.ts';

let shop: OperatedShop;
beforeAll(async () => {
  shop = await createOperatedShop();
});
afterAll(() => shop?.close());

const REASON = { reason: 'a test' };
const bodyOf = <T>(answer: Answer): T => answer.body as unknown as T;

interface Page {
  carts: { cartId: string; ownerHash: string; status: string }[];
  nextCursor: string | null;
}
interface TrailPage {
  entries: (TrailEntry & { actor: string; kind: string; keyHash: string | null; operation: object })[];
  nextCursor: string | null;
}
interface Inspected {
  cart: { workflowId: string; version: number; isLocked: boolean };
  view: Answer['body'];
  live: { version: number; lock?: { reason: string } } | null;
  differences: string[];
}

const search = async (query: string): Promise<Page> =>
  bodyOf(await shop.operate('GET', `/admin/carts?${query}`));
const idsOf = ({ carts }: Page) => carts.map(({ cartId }) => cartId);
const inspect = async (cartId: string): Promise<Inspected> =>
  bodyOf(await shop.operate('GET', `/admin/carts/${cartId}`));

/** All of it, oldest first. */
async function wholeTrail(cartId: string, limit = 100): Promise<TrailPage['entries']> {
  const entries: TrailPage['entries'] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = `limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page: TrailPage = bodyOf(await shop.operate('GET', `/admin/carts/${cartId}/history?${query}`));
    entries.push(...page.entries);
    cursor = page.nextCursor;
  }
  return entries.reverse();
}

describe('a search', () => {
  test('finds carts by owner, SKU, status and time, and stores the owner’s name nowhere', async () => {
    const { subject, cartId } = await shop.customer('T-077');
    const now = Date.now();
    const time = (ms: number) => encodeURIComponent(new Date(now + ms).toISOString());
    const found = await search(`owner=${subject}`);
    expect(idsOf(found)).toEqual([cartId]);
    expect(idsOf(await search(`ownerHash=${found.carts[0]?.ownerHash}`))).toEqual([cartId]);
    expect(idsOf(await search('sku=T-077&status=active'))).toEqual([cartId]);
    expect(idsOf(await search('sku=T-077&status=completed'))).toEqual([]);
    expect(idsOf(await search(`sku=T-077&createdFrom=${time(-60_000)}&changedTo=${time(60_000)}`))).toEqual([
      cartId,
    ]);
    expect(idsOf(await search(`sku=T-077&createdFrom=${time(60_000)}`))).toEqual([]);
    expect(JSON.stringify(found)).not.toContain(subject);
    expect(() => cartPageSchema.strict().parse(found)).not.toThrow();
  });

  test('in pages shows each cart once, whatever comes in between', async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) made.push((await shop.customer('T-078')).cartId);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page = await search(`sku=T-078&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
      await shop.customer('T-078');
    }
    expect(seen).toEqual([...made].reverse());
  });

  test('finds carts that ended where they are kept', async () => {
    const { cartId } = await shop.customer('T-079');
    const { cart } = await inspect(cartId);
    await shop.temporal.client.workflow.getHandle(cart.workflowId).signal('complete', { orderId: 'order-1' });
    await expect.poll(async () => idsOf(await search('sku=T-079&status=completed'))).toEqual([cartId]);
    expect(idsOf(await search('sku=T-079'))).toEqual([cartId]);
    const { body } = await shop.operate('POST', `/admin/carts/${cartId}/lock`, REASON);
    expect(body.code).toBe('cart_closed');
  });

  test.each([
    'cursor=abc',
    'cursor=WyJ4Il0',
    'limit=0',
    'limit=101',
    'status=gone',
    'createdFrom=yesterday',
    'x=1&sku=!',
  ])('refuses %s', async (query) => {
    expectProblem(await shop.operate('GET', `/admin/carts?${query}`), 422, 'validation_failed');
  });
});

describe('one cart', () => {
  test('is shown from both sides, by its public id and by its workflow id', async () => {
    const { cartId } = await shop.customer();
    const seen = await inspect(cartId);
    expect(() => inspectedCartSchema.strict().parse(seen)).not.toThrow();
    expect(seen).toMatchObject({ cart: { version: 1 }, live: { version: 1 }, differences: [] });
    expect((await inspect(seen.cart.workflowId)).cart).toEqual(seen.cart);
  });

  test('that nobody knows is not found', async () => {
    expectProblem(await shop.operate('GET', '/admin/carts/nowhere'), 404, 'cart_not_found');
    expectProblem(await shop.operate('GET', '/admin/carts/nowhere/history'), 404, 'cart_not_found');
  });
});

describe('the trail', () => {
  test('says who did what under which key, and gives the cart back', async () => {
    const { cartId, headers } = await shop.customer();
    const add = (body: object, key?: string) =>
      shop.fetch(
        '/cart/items',
        send('POST', body, { ...headers, ...(key ? { 'idempotency-key': key } : {}) }),
      );
    await add(
      { sku: 'T-CUSTOM', quantity: 1, options: { width: 100, height: 80, material: 'linen' } },
      'trail-key',
    );
    await add({ sku: 'T-B', quantity: 3, attributes: { gift: 'yes' } });
    await shop.fetch('/cart/items/l2', send('PATCH', { quantity: 2 }, headers));
    await shop.fetch('/cart/items/l1', send('DELETE', undefined, headers));
    await shop.operate('POST', `/admin/carts/${cartId}/lock`, REASON);
    const entries = await wholeTrail(cartId, 2);
    expect(entries.map(({ version, kind }) => `${version} ${kind}`)).toEqual([
      '1 addItem',
      '2 addItem',
      '3 addItem',
      '4 updateItem',
      '5 removeItem',
      '6 lock',
    ]);
    expect(entries[1]?.keyHash).toMatch(/^[\w-]{22}$/);
    expect(entries[0]?.actor).toMatch(/^customer:/);
    expect(entries[5]).toMatchObject({
      actor: expect.stringMatching(/^operator:[\w-]{32}$/),
      operation: REASON,
    });
    const replay = replayTrail(entries);
    if (!replay.ok) throw new Error(replay.fault);
    expect(compareReplay(replay.cart, (await inspect(cartId)).view)).toEqual([]);
    expect(replay.cart.isLocked).toBe(true);
    const page = await shop.operate('GET', `/admin/carts/${cartId}/history`);
    expect(() => trailPageSchema.strict().parse(page.body)).not.toThrow();
  });
});

describe('a lock', () => {
  test('keeps the shopper from changing the cart, not from reading it, until it is lifted', async () => {
    const { cartId, headers } = await shop.customer();
    const lock = await shop.operate('POST', `/admin/carts/${cartId}/lock`, REASON);
    expect(actedSchema.strict().parse(lock.body)).toEqual({
      cartId,
      version: 2,
      isLocked: true,
      hasChanged: true,
    });
    const again = await shop.operate('POST', `/admin/carts/${cartId}/lock`, { reason: 'another' });
    expect(again.body).toMatchObject({ version: 2, hasChanged: false });
    expectProblem(await shop.fetch('/cart', send('DELETE', undefined, headers)), 409, 'cart_locked');
    const read = await shop.fetch('/cart', { headers });
    expect([read.status, read.body.warnings[0]?.code]).toEqual([200, 'cart_locked']);
    expect(read.text).not.toContain(REASON.reason);
    expect(idsOf(await search('locked=true'))).toContain(cartId);
    expect((await inspect(cartId)).live?.lock?.reason).toBe(REASON.reason);
    await shop.operate('POST', `/admin/carts/${cartId}/unlock`, REASON);
    expect((await shop.fetch('/cart', send('DELETE', undefined, headers))).status).toBe(200);
    expect(idsOf(await search('locked=true'))).not.toContain(cartId);
  });

  test('with a key is carried out once, and the key belongs to the operator and the request', async () => {
    const { cartId, headers } = await shop.customer();
    const key = { 'idempotency-key': 'lock-1' };
    await shop.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, { ...headers, ...key }));
    const first = await shop.operate('POST', `/admin/carts/${cartId}/lock`, REASON, key);
    expect(first.body).toMatchObject({ hasChanged: true });
    await shop.operate('POST', `/admin/carts/${cartId}/unlock`, REASON);
    const replay = await shop.operate('POST', `/admin/carts/${cartId}/lock`, REASON, key);
    expect(replay.headers.get('idempotent-replayed')).toBe('true');
    expect((await inspect(cartId)).cart.isLocked).toBe(false);
    const other = await shop.operate('POST', `/admin/carts/${cartId}/lock`, { reason: 'other' }, key);
    expectProblem(other, 422, 'idempotency_key_reused');
  });

  test.each([{}, { reason: '' }, { reason: 'a\nb' }, { reason: 'x', more: 1 }, { reason: 7 }])(
    'refuses %j',
    async (body) => {
      const { cartId } = await shop.customer();
      expectProblem(
        await shop.operate('POST', `/admin/carts/${cartId}/lock`, body),
        422,
        'validation_failed',
      );
    },
  );
});

describe('a repair', () => {
  const repair = async (cartId: string) => {
    const { body } = await shop.operate('POST', `/admin/carts/${cartId}/repair`, REASON);
    return repairedSchema
      .strict()
      .parse(body)
      .done.map(({ code }) => code);
  };

  test('finds nothing to do on a sound cart', async () => {
    const { cartId } = await shop.customer();
    expect(await repair(cartId)).toEqual([]);
    expect((await inspect(cartId)).cart.version).toBe(1);
  });

  test('writes a row again that somebody broke, however far ahead it claims to be', async () => {
    const { cartId, headers } = await shop.customer();
    const { sql } = shop.temporal;
    await sql`UPDATE carts SET version = 900, updated_at = now() + interval '1 year',
      view = replace(view, '"quantity":1', '"quantity":9') WHERE cart_id = ${cartId}`;
    expect((await inspect(cartId)).differences).not.toEqual([]);
    expect(await repair(cartId)).toContain('republished');
    expect(await repair(cartId)).toEqual([]);
    const { body } = await shop.fetch('/cart', { headers });
    expect([body.version, body.lines[0]?.quantity]).toEqual([1, 1]);
  });

  test('brings prices up to date, once, and the trail says who did it', async () => {
    const { cartId, headers } = await shop.customer('T-080');
    const { sql } = shop.temporal;
    await sql`UPDATE products SET base_price = 4321 WHERE product_id = (SELECT product_id FROM variants WHERE sku = 'T-080')`;
    expect(await repair(cartId)).toEqual(['repriced']);
    expect(await repair(cartId)).toEqual([]);
    const { body } = await shop.fetch('/cart', { headers });
    expect([body.version, body.lines[0]?.unitPrice, body.warnings[0]?.code]).toEqual([
      2,
      4_321,
      'price_moved',
    ]);
    const [, entry] = await wholeTrail(cartId);
    expect(entry).toMatchObject({
      kind: 'repriceLines',
      change: { lines: [{ id: 'l1', unitPrice: 4_321 }] },
    });
    expect(entry?.actor).toMatch(/^operator:/);
  });
});

describe('without an operator’s token', () => {
  test.each(['/admin/carts', '/admin/carts/x', '/admin/carts/x/history'])('%s is closed', async (path) => {
    const roles = (claim: unknown) => customerToken('somebody', { roles: claim });
    expectProblem(await shop.fetch(path), 401, 'unauthenticated');
    for (const claim of [undefined, [], ['customer'], 'operator', { operator: true }, ['Operator']]) {
      const answer = await shop.fetch(path, { headers: { authorization: `Bearer ${await roles(claim)}` } });
      expectProblem(answer, 403, 'forbidden');
    }
  });
});
