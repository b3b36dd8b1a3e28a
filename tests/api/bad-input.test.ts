/** Bad input over a real socket: the code of the catalogue, nothing changed, the connection healthy where HTTP allows it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, newGuest, send, serveTestApi, type TestApi } from './test-api.ts';
import { openRawSocket, type RawAnswer, type RawSocket, request } from './raw-socket.ts';

let api: TestApi;
let server: Awaited<ReturnType<typeof serveTestApi>>;
let guest: Record<string, string>;
const sockets: RawSocket[] = [];
beforeAll(async () => {
  api = await createTestApi();
  server = await serveTestApi(api, { headersTimeoutMs: 1_000, requestTimeoutMs: 1_500 });
  guest = await newGuest(api, 'T-A', 5);
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

const codeOf = (answer: RawAnswer): [number, string] => {
  expect(answer.head).toMatch(/content-type: application\/problem\+json/i);
  expect(answer.head).toMatch(/x-content-type-options: nosniff/i);
  return [answer.status, (JSON.parse(answer.body) as { code: string }).code];
};

const HEALTHY = request('GET /livez HTTP/1.1');
const expectHealthy = async (socket: RawSocket): Promise<void> => {
  socket.write(HEALTHY);
  expect((await socket.answer()).status).toBe(200);
};
const post = (length: string, ...more: string[]): string =>
  ['POST /cart/items HTTP/1.1', 'Host: shop', 'Content-Type: application/json', length, ...more, '', ''].join(
    '\r\n',
  );

const MEGABYTE = 1_048_576;

describe('a body that is too large', () => {
  test('with Content-Length is refused, and the connection goes on', async () => {
    const socket = await open();
    socket.write(post(`Content-Length: ${MEGABYTE}`) + 'x'.repeat(MEGABYTE));
    expect(codeOf(await socket.answer())).toEqual([413, 'payload_too_large']);
    await expectHealthy(socket);
  });

  test('in chunks is counted and refused, and the connection goes on', async () => {
    const socket = await open();
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    socket.write(`${post('Transfer-Encoding: chunked')}${chunk.repeat(64)}0\r\n\r\n`);
    expect(codeOf(await socket.answer())).toEqual([413, 'payload_too_large']);
    await expectHealthy(socket);
  });

  test('in chunks is refused before its end has come', async () => {
    const socket = await open();
    socket.write(post('Transfer-Encoding: chunked') + `4000\r\n${'x'.repeat(0x4000)}\r\n`.repeat(5));
    expect(codeOf(await socket.answer())).toEqual([413, 'payload_too_large']);
  });

  test('on a route that takes none is refused as well', async () => {
    const socket = await open();
    socket.write(
      `DELETE /cart HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n${`4000\r\n${'x'.repeat(0x4000)}\r\n`.repeat(5)}0\r\n\r\n`,
    );
    expect(codeOf(await socket.answer())).toEqual([413, 'payload_too_large']);
    await expectHealthy(socket);
  });

  test('of exactly 64 KiB is not too large, one byte more is', async () => {
    const body = (size: number) => `{"sku":"T-A","quantity":1${' '.repeat(size - 26)}}`;
    const fits = await api.fetch('/cart/items', send('POST', body(65_536)));
    expect(fits.status).toBe(201);
    expect((await api.fetch('/cart/items', send('POST', body(65_537)))).body.code).toBe('payload_too_large');
    const socket = await open();
    const asChunks = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
    socket.write(post('Transfer-Encoding: chunked') + asChunks(body(65_536)));
    expect((await socket.answer()).status).toBe(201);
    socket.write(post('Transfer-Encoding: chunked') + asChunks(body(65_537)));
    expect((await socket.answer()).status).toBe(413);
  });
});

describe('a request that is no HTTP, or strange HTTP', () => {
  test.each([
    ['a broken request line', 'HELLO\r\n\r\n', 'invalid_header'],
    ['an unknown method', request('FOO /cart HTTP/1.1'), 'invalid_header'],
    ['a header without a colon', request('GET /cart HTTP/1.1', 'nonsense'), 'invalid_header'],
    ['a control character in a header', request('GET /cart HTTP/1.1', 'X-A: a\u0001b'), 'invalid_header'],
    ['a space before the colon', request('GET /cart HTTP/1.1', 'X-A : b'), 'invalid_header'],
    ['two lengths', post('Content-Length: 1', 'Content-Length: 2') + '{}', 'invalid_header'],
    [
      'length and chunks',
      `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
      'invalid_header',
    ],
    ['a negative length', post('Content-Length: -1'), 'invalid_header'],
    ['a broken chunk size', `${post('Transfer-Encoding: chunked')}zz\r\n`, 'invalid_header'],
    ['no Host', 'GET /cart HTTP/1.1\r\n\r\n', 'invalid_header'],
    ['a malformed Host', 'GET /cart HTTP/1.1\r\nHost: a b\r\n\r\n', 'invalid_header'],
    ['headers of 20 KB', request('GET /cart HTTP/1.1', `X-A: ${'x'.repeat(20_000)}`), 'headers_too_large'],
    ['an address of 20 KB', request(`GET /${'x'.repeat(20_000)} HTTP/1.1`), 'headers_too_large'],
    ['OPTIONS *', request('OPTIONS * HTTP/1.1'), 'invalid_header'],
    ['a backslash in the address', request('GET /cart\\items HTTP/1.1'), 'invalid_header'],
  ])('(%s) is a problem of the catalogue', async (_name, bytes, code) => {
    const socket = await open();
    socket.write(bytes);
    const status = code === 'headers_too_large' ? 431 : 400;
    expect(codeOf(await socket.answer())).toEqual([status, code]);
  });

  test('with Expect is served: 100-continue as it says, anything else as if it were not there', async () => {
    for (const expectation of ['100-continue', 'miracles']) {
      const socket = await open();
      const body = '{"sku":"T-A","quantity":1}';
      socket.write(post(`Content-Length: ${body.length}`, `Expect: ${expectation}`) + body);
      expect((await socket.answer()).status).toBe(201);
    }
  });

  test('with two Idempotency-Keys is refused, even where they are equal', async () => {
    const socket = await open();
    const body = '{"sku":"T-A","quantity":1}';
    socket.write(post(`Content-Length: ${body.length}`, 'Idempotency-Key: a', 'idempotency-key: a') + body);
    expect(codeOf(await socket.answer())).toEqual([400, 'idempotency_key_invalid']);
    await expectHealthy(socket);
  });

  test('with two Authorization or two Cart-Token headers is refused', async () => {
    const socket = await open();
    socket.write(request('GET /cart HTTP/1.1', 'Authorization: Bearer a.b.c', 'Authorization: Bearer a.b.c'));
    expect(codeOf(await socket.answer())).toEqual([401, 'token_invalid']);
    const token = `Cart-Token: ${guest['cart-token']}`;
    socket.write(request('GET /cart HTTP/1.1', token, token));
    expect(codeOf(await socket.answer())).toEqual([401, 'token_invalid']);
    socket.write(request('GET /cart HTTP/1.1', token));
    expect((await socket.answer()).status).toBe(200);
  });

  test('with two Cookie headers that both hold a cart shows nobody’s cart', async () => {
    const socket = await open();
    const cookie = `Cookie: __Host-cart=${guest['cart-token']}`;
    socket.write(request('GET /cart HTTP/1.1', cookie, cookie));
    expect(JSON.parse((await socket.answer()).body)).toMatchObject({ id: null });
  });
});

describe('a request that does not end', () => {
  test('while sending headers is ended by us', async () => {
    const socket = await open();
    socket.write('GET /cart HTTP/1.1\r\nHost: sh');
    expect(codeOf(await socket.answer())).toEqual([408, 'request_timeout']);
    await socket.closed;
  });

  test('while sending its body is ended by us', async () => {
    const socket = await open();
    socket.write(`${post('Content-Length: 26')}{"sku":`);
    expect(codeOf(await socket.answer())).toEqual([408, 'request_timeout']);
    await socket.closed;
  });

  test('because the client has gone changes nothing and hurts nobody', async () => {
    const before = (await api.fetch('/cart', { headers: guest })).text;
    for (let index = 0; index < 20; index += 1) {
      const socket = await open();
      socket.write(`${post('Content-Length: 26', `Cart-Token: ${guest['cart-token']}`)}{"sku":"T-A"`);
      socket.destroy();
    }
    await expectHealthy(await open());
    expect((await api.fetch('/cart', { headers: guest })).text).toBe(before);
  });
});

describe('a body that does not fit', () => {
  const BAD: [string, unknown][] = [
    ['no SKU', { quantity: 1 }],
    ['no quantity', { sku: 'T-A' }],
    ['quantity 0', { sku: 'T-A', quantity: 0 }],
    ['quantity 1000', { sku: 'T-A', quantity: 1000 }],
    ['quantity -1', { sku: 'T-A', quantity: -1 }],
    ['half a unit', { sku: 'T-A', quantity: 0.5 }],
    ['a quantity as text', { sku: 'T-A', quantity: '1' }],
    ['a quantity of null', { sku: 'T-A', quantity: null }],
    ['a quantity beyond doubles', '{"sku":"T-A","quantity":1e400}'],
    ['a price', { sku: 'T-A', quantity: 1, unitPrice: 1 }],
    ['a total', { sku: 'T-A', quantity: 1, total: 0 }],
    ['facts', { sku: 'T-A', quantity: 1, facts: { sku: 'T-A', unitPrice: 1 } }],
    ['a list', [{ sku: 'T-A', quantity: 1 }]],
    ['null', 'null'],
    ['a text', '"T-A"'],
    ['a SKU as a list', { sku: ['T-A'], quantity: 1 }],
    ['a SKU with a space', { sku: 'T A', quantity: 1 }],
    ['a SKU of look-alikes', { sku: 'Т-А', quantity: 1 }],
    ['a SKU of 65 characters', { sku: 'x'.repeat(65), quantity: 1 }],
    ['an empty SKU', { sku: '', quantity: 1 }],
    ['options as a list', { sku: 'T-A', quantity: 1, options: [] }],
    ['an option of null', { sku: 'T-A', quantity: 1, options: { a: null } }],
    ['an option within an option', { sku: 'T-A', quantity: 1, options: { a: { b: 1 } } }],
    ['an option without a name', { sku: 'T-A', quantity: 1, options: { '': 1 } }],
    [
      '21 options',
      {
        sku: 'T-A',
        quantity: 1,
        options: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`o${i}`, 1])),
      },
    ],
    ['an attribute that is a number', { sku: 'T-A', quantity: 1, attributes: { a: 1 } }],
    ['an attribute of 501 characters', { sku: 'T-A', quantity: 1, attributes: { a: 'x'.repeat(501) } }],
    ...[
      '\u0000',
      '\u001b',
      '\u007f',
      '\u009b',
      '\u2028',
      '\u202a',
      '\u202e',
      '\u2066',
      '\ufeff',
      '\uffff',
    ].flatMap((char): [string, unknown][] => {
      const code = `U+${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
      const text = `x${char}y`;
      return [
        [`an attribute with ${code}`, { sku: 'T-A', quantity: 1, attributes: { a: text } }],
        [`an option with ${code}`, { sku: 'T-CUSTOM', quantity: 1, options: { engraving: text } }],
      ];
    }),
    ['separateLine as text', { sku: 'T-A', quantity: 1, separateLine: 'true' }],
  ];
  test.each(BAD)('(%s) is validation_failed with a path', async (_name, body) => {
    const answer = await api.fetch('/cart/items', send('POST', body, guest));
    expect([answer.status, answer.body.code], answer.text).toEqual([422, 'validation_failed']);
    expect(answer.body.errors?.length).toBeGreaterThan(0);
  });

  test.each([
    ['no operations', { atomic: true, operations: [] }],
    ['51 operations', { atomic: true, operations: Array.from({ length: 51 }, () => ({ type: 'clear' })) }],
    ['no atomic', { operations: [{ type: 'clear' }] }],
    ['an unknown type', { atomic: true, operations: [{ type: 'steal' }] }],
    ['a field of another type', { atomic: true, operations: [{ type: 'clear', lineId: 'l1' }] }],
    ['an update of nothing', { atomic: true, operations: [{ type: 'updateItem', lineId: 'l1' }] }],
  ])('(a batch with %s) is validation_failed', async (_name, body) => {
    const answer = await api.fetch('/cart/batch', send('POST', body, guest));
    expect([answer.status, answer.body.code], answer.text).toEqual([422, 'validation_failed']);
  });

  test('names the operation and the unknown field', async () => {
    const body = {
      atomic: true,
      operations: [{ type: 'clear' }, { type: 'addItem', sku: 'T-A', quantity: 1, price: 5 }],
    };
    const answer = await api.fetch('/cart/batch', send('POST', body, guest));
    expect(answer.body.errors).toEqual([
      { path: 'operations[1].price', code: 'unrecognized_keys', message: 'This field is not known.' },
    ]);
  });

  test.each([
    '/cart/items/l0',
    '/cart/items/1',
    '/cart/items/L1',
    '/cart/items/l9999999999',
    '/cart/items/%00',
    '/cart/items/%E0%A4%A',
  ])('(line id in %s) is validation_failed', async (path) => {
    const answer = await api.fetch(path, send('DELETE', undefined, guest));
    expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed']);
  });

  test('has left the cart as it was', async () => {
    expect((await api.fetch('/cart', { headers: guest })).body).toMatchObject({
      version: 1,
      totalQuantity: 5,
    });
  });
});
