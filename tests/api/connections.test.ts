/** Connections that are slow, silent, endless or too many: each ends in its time, and nobody else notices. */
import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openRawSocket, type RawSocket, request } from './raw-socket.ts';
import { createTestApi, newGuest, serveTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
let server: Awaited<ReturnType<typeof serveTestApi>>;
let guest: Record<string, string>;
const sockets: RawSocket[] = [];
beforeAll(async () => {
  api = await createTestApi();
  server = await serveTestApi(api, {
    headersTimeoutMs: 1_000,
    requestTimeoutMs: 2_000,
    connections: { maxConnections: 200, maxPerAddress: 60, trustedProxies: ['127.0.0.2'] },
  });
  guest = await newGuest(api);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
  await api.close();
});

const open = async (): Promise<RawSocket> => {
  const socket = await openRawSocket(server.port);
  sockets.push(socket);
  return socket;
};
const livez = request('GET /livez HTTP/1.1');
const post = (...lines: string[]): string =>
  ['POST /cart/items HTTP/1.1', 'Host: shop', 'Content-Type: application/json', ...lines, '', ''].join(
    '\r\n',
  );

/** Writes one byte now and then until the other side has closed; answers with what it said. */
async function trickle(socket: RawSocket, head: string, piece: string) {
  socket.write(head);
  const timer = setInterval(() => socket.isOpen() && socket.write(piece), 100);
  const answer = await socket.answer().finally(() => clearInterval(timer));
  await socket.closed;
  return {
    status: answer.status,
    code: (JSON.parse(answer.body) as { code: string }).code,
    head: answer.head,
  };
}

describe('a request that comes a byte at a time', () => {
  test.each([
    ['in its headers', 'GET /cart HTTP/1.1\r\nHost: shop\r\nX-A: ', 'a'],
    ['in its body', post('Content-Length: 60000'), ' '],
    ['in the chunks of its body', post('Transfer-Encoding: chunked'), '1\r\n \r\n'],
  ])('(%s) is told request_timeout and is closed', async (_name, head, piece) => {
    const answer = await trickle(await open(), head, piece);
    expect([answer.status, answer.code]).toEqual([408, 'request_timeout']);
    expect(answer.head).toMatch(/connection: close/i);
    expect(answer.head).toMatch(/x-content-type-options: nosniff/i);
  });

  test('keeps nobody waiting: fifty of them, and another caller is served all along', async () => {
    const before = api.carts.received.length;
    const slow = await Promise.all(Array.from({ length: 50 }, open));
    const ended = slow.map((socket) =>
      trickle(socket, post('Content-Length: 60000', `Cart-Token: ${guest['cart-token']}`), ' '),
    );
    const other = await open();
    let answered = 0;
    let isOver = false;
    const all = Promise.all(ended).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      other.write(request('GET /cart HTTP/1.1', `Cart-Token: ${guest['cart-token']}`));
      expect((await other.answer()).status).toBe(200);
      answered += 1;
    }
    for (const { code } of await all) expect(code).toBe('request_timeout');
    expect(answered).toBeGreaterThan(20);
    expect(api.carts.received.length).toBe(before);
  });
});

test('a connection that says nothing is closed', async () => {
  const socket = await open();
  await socket.closed;
});

describe('after an error', () => {
  test.each([
    ['400', request('GET /cart HTTP/1.1', 'If-None-Match: x')],
    ['401', request('GET /cart HTTP/1.1', 'Cart-Token: x')],
    ['404', request('GET /nothing HTTP/1.1')],
    ['405', request('TRACE /cart HTTP/1.1')],
    ['403', `${post('Cookie: __Host-cart=x', 'Sec-Fetch-Site: cross-site', 'Content-Length: 2')}{}`],
    ['413', `${post('Content-Length: 70000')}${'x'.repeat(70_000)}`],
    [
      '415',
      'POST /cart/items HTTP/1.1\r\nHost: shop\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}',
    ],
    ['422', `${post('Content-Length: 2')}{}`],
  ])('%s the connection goes on, with what is sent ahead as well', async (status, bytes) => {
    const socket = await open();
    socket.write(bytes + livez);
    expect((await socket.answer()).status).toBe(Number(status));
    expect((await socket.answer()).status).toBe(200);
    socket.write(livez);
    expect((await socket.answer()).status).toBe(200);
    socket.destroy();
  });

  test('431 it is closed: what follows cannot be read', async () => {
    const socket = await open();
    socket.write(
      request('GET /cart HTTP/1.1', ...Array.from({ length: 20 }, (_, i) => `X-${i}: ${'x'.repeat(1_000)}`)),
    );
    expect((await socket.answer()).status).toBe(431);
    await socket.closed;
  });
});

describe('too many connections', () => {
  /** Opens many; counts those that stay. */
  async function openMany(count: number, localAddress: string): Promise<net.Socket[]> {
    const many = Array.from({ length: count }, () =>
      net.connect({ port: server.port, host: '127.0.0.1', localAddress }),
    );
    await Promise.all(many.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'error')])));
    return many;
  }
  const staying = (many: net.Socket[]) => many.filter((socket) => !socket.destroyed && !socket.readableEnded);
  async function settle(many: net.Socket[], expected: number): Promise<void> {
    for (const socket of many) socket.on('error', () => undefined).resume();
    await eventually(() => staying(many).length === expected);
  }
  async function release(many: net.Socket[]): Promise<void> {
    for (const socket of many) socket.destroy();
    await eventually(() => many.every((socket) => socket.closed));
  }

  test('from one address are closed unread; other addresses are served, and a trusted proxy has no such limit', async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    const many = await openMany(100, '127.0.0.1');
    await settle(many, 60);
    const [other] = await openMany(1, '127.0.0.3');
    other?.write(livez);
    expect(String((await once(other as net.Socket, 'data'))[0])).toContain('200 OK');
    await release([...many, other as net.Socket]);
    const proxy = await openMany(100, '127.0.0.2');
    await settle(proxy, 100);
    await release(proxy);
    await eventually(async () => (await fetch(`${server.url}/livez`)).status === 200);
  });
});
