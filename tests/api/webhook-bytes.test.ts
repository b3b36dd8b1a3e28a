/** POST /webhooks/payments/test over a real socket: the signature is over the bytes, however they travel. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Signed, sign, testEvent } from '../support/payments.ts';
import { openRawSocket } from './raw-socket.ts';
import { createTestApi, serveTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
let server: Awaited<ReturnType<typeof serveTestApi>>;
beforeAll(async () => {
  api = await createTestApi();
  server = await serveTestApi(api);
});
afterAll(async () => {
  await server?.close();
  await api?.close();
});

const PATH = '/webhooks/payments/test';
const signed = (event: object | string) => sign(event, api.clock.now);

describe('over a socket', () => {
  const head = ({ headers }: Signed, ...more: string[]) =>
    [
      `POST ${PATH} HTTP/1.1`,
      'Host: shop',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...more,
    ].join('\r\n');

  test('a body in chunks, cut anywhere, is the same message', async () => {
    const message = signed(testEvent('payment.captured', 'co_1'));
    const socket = await openRawSocket(server.port);
    const bytes = Buffer.from(message.body);
    socket.write(`${head(message, 'Transfer-Encoding: chunked')}\r\n\r\n`);
    for (let at = 0; at < bytes.length; at += 7) {
      const piece = bytes.subarray(at, at + 7);
      socket.write(`${piece.length.toString(16)}\r\n${piece.toString()}\r\n`);
    }
    socket.write('0\r\n\r\n');
    expect((await socket.answer()).status).toBe(200);
    socket.destroy();
  });

  test('bytes that are no UTF-8, a byte order mark and a NUL are refused like any forgery', async () => {
    const message = signed(testEvent('payment.captured', 'co_1'));
    const good = Buffer.from(message.body);
    for (const bytes of [
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), good]),
      Buffer.concat([good, Buffer.from([0])]),
      Buffer.concat([good.subarray(0, 10), Buffer.from([0xff]), good.subarray(11)]),
    ]) {
      const socket = await openRawSocket(server.port);
      socket.write(`${head(message, `Content-Length: ${bytes.length}`)}\r\n\r\n`);
      socket.write(bytes);
      const answer = await socket.answer();
      expect(answer.status).toBe(401);
      expect(answer.body).toContain('webhook_signature_invalid');
      socket.destroy();
    }
  });

  test('a header twice is a fault', async () => {
    const message = signed(testEvent('payment.captured', 'co_1'));
    const socket = await openRawSocket(server.port);
    const twice = `webhook-timestamp: ${message.headers['webhook-timestamp']}`;
    socket.write(
      `${head(message, twice, `Content-Length: ${Buffer.byteLength(message.body)}`)}\r\n\r\n${message.body}`,
    );
    expect((await socket.answer()).status).toBe(401);
    socket.destroy();
  });

  test('a body of more than 256 KiB is cut off before anything is computed', async () => {
    const message = signed(`{"type":"x","pad":"${'x'.repeat(300_000)}"}`);
    const socket = await openRawSocket(server.port);
    socket.write(`${head(message, `Content-Length: ${Buffer.byteLength(message.body)}`)}\r\n\r\n`);
    expect((await socket.answer()).status).toBe(413);
    socket.destroy();
  });
});
