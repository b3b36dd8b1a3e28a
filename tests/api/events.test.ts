/** The cart, pushed: what a watcher sees, when a stream ends, and what a gap in the notifications must not hide. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { setProduct } from '../../database/catalogue.ts';
import {
  bearer,
  createTestApi,
  customerToken,
  newGuest,
  send,
  serveTestApi,
  type TestApi,
} from './test-api.ts';

interface Watch {
  /** The next event; comments and `retry` lines are passed over. */
  next(): Promise<{
    id: string;
    data: { version: number; totalQuantity: number; lines: { maxQuantity: number }[] };
  }>;
  /** Settles with all raw text when the stream has ended. */
  ended(): Promise<string>;
  status: number;
  headers: Headers;
  stop(): void;
}

async function watch(url: string, headers: Record<string, string>): Promise<Watch> {
  const abort = new AbortController();
  const response = await fetch(`${url}/cart/events`, { headers, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let all = '';
  const read = async (): Promise<boolean> => {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    text += value ?? '';
    all += value ?? '';
    return !done;
  };
  return {
    status: response.status,
    headers: response.headers,
    stop: () => abort.abort(),
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end < 0) {
          if (!(await read())) throw new Error(`the stream ended: ${all}`);
          continue;
        }
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const [, id, data] = /^event: cart\nid: (.*)\ndata: (.*)$/.exec(block) ?? [];
        if (data !== undefined) return { id: id ?? '', data: JSON.parse(data) as never };
      }
    },
    async ended() {
      for (;;) if (!(await read())) return all;
    },
  };
}

let api: TestApi;
let server: Awaited<ReturnType<typeof serveTestApi>>;
beforeAll(async () => {
  api = await createTestApi();
  api.api.feed.start();
  server = await serveTestApi(api);
});
afterAll(async () => {
  api.api.feed.close();
  await server.close();
  await api.close();
});

const add = (guest: Record<string, string>) =>
  api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }, guest));

describe('GET /cart/events', () => {
  test('sends the present cart, and each change with its version', async () => {
    const guest = await newGuest(api);
    const stream = await watch(server.url, guest);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.headers.get('cache-control')).toBe('no-store');
    expect(await stream.next()).toMatchObject({ id: '1', data: { version: 1 } });
    await add(guest);
    expect(await stream.next()).toMatchObject({ id: '2', data: { totalQuantity: 2 } });
    stream.stop();
  });

  test('does not send again what Last-Event-ID names', async () => {
    const guest = await newGuest(api);
    const stream = await watch(server.url, { ...guest, 'last-event-id': '1' });
    await vi.waitFor(() => expect(api.api.feed.watchers()).toBeGreaterThan(0));
    await add(guest);
    expect(await stream.next()).toMatchObject({ id: '2' });
    stream.stop();
    const behind = await watch(server.url, { ...guest, 'last-event-id': '1' });
    expect(await behind.next()).toMatchObject({ id: '2' });
    behind.stop();
  });

  test('sends a row that was corrected at the same version, and no row twice', async () => {
    const guest = await newGuest(api);
    const stream = await watch(server.url, guest);
    const { data } = await stream.next();
    const [row] = await api.sql<{ id: string }[]>`
      UPDATE carts SET view = replace(view, '"totalQuantity":1', '"totalQuantity":7')
      WHERE view::jsonb ->> 'id' = ${(data as unknown as { id: string }).id} RETURNING workflow_id AS id`;
    const notify = () => api.sql.notify('cart', `${row?.id} 1`);
    await notify();
    await notify();
    expect(await stream.next()).toMatchObject({ id: '1', data: { totalQuantity: 7 } });
    await add(guest);
    expect(await stream.next()).toMatchObject({ id: '2', data: { totalQuantity: 2 } });
    stream.stop();
  });

  test('tells all watchers of one cart, and nobody else', async () => {
    const [mine, theirs] = [await newGuest(api), await newGuest(api)];
    const [one, two, other] = [
      await watch(server.url, mine),
      await watch(server.url, mine),
      await watch(server.url, theirs),
    ];
    for (const stream of [one, two, other]) await stream.next();
    await add(mine);
    expect((await one.next()).id).toBe('2');
    expect((await two.next()).id).toBe('2');
    await add(theirs);
    await add(theirs);
    // The first that the stranger hears is the stranger's own.
    expect((await other.next()).data.totalQuantity).toBeGreaterThan(1);
    for (const stream of [one, two, other]) stream.stop();
  });

  test('shows what the catalogue does to the cart', async () => {
    const guest = await newGuest(api, 'T-TEN', 5);
    const stream = await watch(server.url, guest);
    await stream.next();
    await setProduct(api.sql, 'T-TEN', { stock: 3 });
    expect((await stream.next()).data.lines[0]?.maxQuantity).toBe(3);
    await setProduct(api.sql, 'T-TEN', { stock: 10 });
    stream.stop();
  });

  test('catches up after the connection that listens was cut', async () => {
    const guest = await newGuest(api);
    const stream = await watch(server.url, guest);
    await stream.next();
    await api.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'listen%' AND datname = current_database()`;
    await add(guest);
    expect((await stream.next()).id).toBe('2');
    await add(guest);
    expect((await stream.next()).id).toBe('3');
    stream.stop();
  });

  test('without a credential is unauthenticated', async () => {
    const answer = await api.fetch('/cart/events');
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="cart"');
  });

  test('of a customer without a cart begins with the empty cart', async () => {
    const stream = await watch(server.url, await bearer('fresh'));
    expect(await stream.next()).toMatchObject({ id: '0', data: { version: 0 } });
    stream.stop();
  });

  test('ends when the customer’s token does', async () => {
    const seconds = Math.floor(Date.now() / 1_000) + 1;
    const token = await customerToken('brief', {}, seconds);
    const stream = await watch(server.url, { authorization: `Bearer ${token}` });
    expect(await stream.ended()).toContain('event: cart');
  });

  test('by HEAD opens nothing', async () => {
    const before = api.api.feed.watchers();
    const response = await fetch(`${server.url}/cart/events`, {
      method: 'HEAD',
      headers: await newGuest(api),
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(api.api.feed.watchers()).toBe(before);
  });

  test('leaves nothing behind when the reader goes', async () => {
    await vi.waitFor(() => expect(api.api.feed.watchers()).toBe(0), { timeout: 5_000 });
    const guest = await newGuest(api);
    const streams = await Promise.all(Array.from({ length: 20 }, () => watch(server.url, guest)));
    expect(api.api.feed.watchers()).toBe(20);
    expect((await api.fetch('/metrics')).text).toMatch(/cart_event_subscribers(\{\})? 20\n/);
    for (const stream of streams) stream.stop();
    await vi.waitFor(() => expect(api.api.feed.watchers()).toBe(0), { timeout: 5_000 });
  });
});

describe('a process that stops', () => {
  test('ends the streams, and ends those that come too late at once', async () => {
    const own = await createTestApi();
    const ownServer = await serveTestApi(own);
    const guest = await newGuest(own);
    const stream = await watch(ownServer.url, guest);
    await stream.next();
    own.api.feed.close();
    expect(await stream.ended()).toContain('id: 1');
    const late = await watch(ownServer.url, guest);
    await late.ended();
    await ownServer.close();
    await own.close();
  });
});
