/** Whatever comes in: the code of the catalogue, nothing changed, the connection as good as before. */
import { connect as connectSocket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS } from '../../../contract/errors.ts';
import { setProduct } from '../../../database/catalogue.ts';
import { cookieGuest, guest, linesOf, type Shopper } from '../../support/client.ts';
import type { TestStack } from '../../support/stack.ts';
import { BAD_REQUESTS } from './bad-requests.ts';
import { openRawClient, type RawClient } from './raw-http.ts';

const LINES = ['l1: 2 × T-A', 'l2: 1 × T-B'];

/** Sends bytes as they are and reads until the server closes. */
async function sendBytes(origin: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connectSocket(Number(port), hostname);
  let text = '';
  socket.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

function tableTests(stack: () => TestStack): void {
  let shopper: Shopper;
  let client: RawClient;

  beforeAll(async () => {
    shopper = guest(stack().api);
    await shopper.add('T-A', 2);
    await shopper.add('T-B');
    client = openRawClient(shopper.origin);
  });

  afterAll(() => client.close());

  test.each(BAD_REQUESTS)('%s: %s', async (_title, code, request) => {
    const opened = client.connections();
    const answer = await client.send({ ...request, headers: { ...shopper.credentials, ...request.headers } });
    expect([answer.status, answer.problem.code]).toEqual([ERRORS[code].status, code]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.problem.instance).toBe(answer.headers.get('x-request-id'));
    expect(linesOf((await client.send({ headers: shopper.credentials })).cart)).toEqual(LINES);
    // The first request of all opens the connection; a body that is cut off may cost one.
    const mayCost = opened === 0 || code === 'payload_too_large' ? 1 : 0;
    expect(client.connections() - opened).toBeLessThanOrEqual(mayCost);
  });

  test('nothing of all this has changed the cart', async () => {
    const { cart } = await shopper.get('?consistency=strong');
    expect([linesOf(cart), cart.version]).toEqual([LINES, 2]);
  });
}

function specialTests(stack: () => TestStack): void {
  test.each(['cross-site', 'same-site', 'none', 'junk'])(
    'Sec-Fetch-Site: %s with the cookie: csrf_rejected',
    async (site) => {
      const shopper = cookieGuest(stack().api);
      await shopper.add('T-A');
      const answer = await shopper.clear({ headers: { 'sec-fetch-site': site } });
      expect([answer.status, answer.problem.code]).toEqual([403, 'csrf_rejected']);
      expect(linesOf((await shopper.get()).cart)).toEqual(['l1: 1 × T-A']);
    },
  );

  test('a total beyond what JSON carries: cart_total_limit', async () => {
    const shopper = guest(stack().api);
    await setProduct(stack().sql, 'T-120', { price: Number.MAX_SAFE_INTEGER });
    expect((await shopper.add('T-120')).status).toBe(201);
    expect((await shopper.add('T-A')).problem.code).toBe('cart_total_limit');
    expect((await shopper.add('T-120')).problem.code).toBe('cart_total_limit');
    expect((await shopper.get()).cart.total).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each([
    ['headers of 20 KiB', 431, `GET /cart HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_480)}\r\n\r\n`],
    ['a request line that is none', 400, 'HELLO\r\n\r\n'],
    [
      'two lengths',
      400,
      'POST /cart/items HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    ],
    [
      'length and chunks together',
      400,
      'POST /cart/items HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a header with a NUL', 400, 'GET /cart HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n'],
  ])('%s: a problem with status %d, and a closed connection', async (_title, status, bytes) => {
    const text = await sendBytes(stack().api[0] as string, bytes);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(text).toContain('application/problem+json');
  });

  test('there is no 500 in the metrics of either process', async () => {
    const read = async (origin: string) => (await fetch(`${origin}/metrics`)).text();
    const [first = '', second = ''] = await Promise.all(stack().api.map(read));
    expect(first).toContain('status="400"');
    expect(second).toContain('status="201"');
    expect(first + second).not.toMatch(/status="500"/);
  });
}

/** Runs last: its final test looks at everything that came before. */
export function badInputSuite(stack: () => TestStack): void {
  describe('bad input', () => {
    tableTests(stack);
  });
  describe('bad input that needs more than one request', () => {
    specialTests(stack);
  });
}
