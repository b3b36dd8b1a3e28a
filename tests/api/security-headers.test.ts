/** What stands on every answer, whatever it is an answer to; methods that nobody takes; and that credentials leave a trace in the log. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTORS } from '../isolation/actors.ts';
import { ROWS } from '../isolation/rows.ts';
import { ask } from '../isolation/suite.ts';
import { createWorld } from '../isolation/world.ts';
import { appTarget } from './isolation-target.ts';
import { bearer, createTestApi, ORIGIN, send, serveTestApi, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

/** For everybody to keep for a while: nothing about a cart in them. */
const PUBLIC = /^\/(products|openapi\.json|docs|errors)|^\/$/;

function faultsOf(path: string, response: Response): string[] {
  const header = (name: string) => response.headers.get(name) ?? '';
  const type = header('content-type');
  const policy = header('content-security-policy');
  const needsCharset = /json|^text\/(?!event-stream)/.test(type);
  const rules: [string, boolean][] = [
    ['nosniff', header('x-content-type-options') === 'nosniff'],
    ['no referrer', header('referrer-policy') === 'no-referrer'],
    ['a year of https', /max-age=(31536000|[4-9]\d{7,})/.test(header('strict-transport-security'))],
    ['nothing by default', policy.includes("default-src 'none'")],
    ['no base', policy.includes("base-uri 'none'")],
    ['no frames', policy.includes("frame-ancestors 'none'") && header('x-frame-options') === 'DENY'],
    [
      'a type with its charset',
      response.body === null || (type !== '' && (!needsCharset || type.includes('charset='))),
    ],
    ['not kept', PUBLIC.test(path) || response.body === null || header('cache-control').includes('no-store')],
    ['no word about the server', header('server') === '' && header('x-powered-by') === ''],
    ['a request id', header('x-request-id') !== ''],
  ];
  return rules.flatMap(([rule, holds]) => (holds ? [] : [`${response.status} ${path}: ${rule}`]));
}

describe('the security headers', () => {
  test('are on every answer of every route, whoever asks', async () => {
    const world = await createWorld(appTarget(api));
    const faults = new Set<string>();
    for (const [name, row] of Object.entries(ROWS)) {
      for (const actor of ACTORS) {
        const response = await ask(world, name, row, actor, world.things.guestA);
        const path = name.split(' ')[1] ?? '';
        for (const fault of faultsOf(path, response)) faults.add(fault);
        await response.body?.cancel();
      }
    }
    expect([...faults]).toEqual([]);
  });

  const ODD: [string, RequestInit][] = [
    ['/nothing', {}],
    ['/cart/items', { method: 'PUT' }],
    ['/cart/items', send('POST', { sku: 'T-A' })],
    ['/cart/items', send('POST', '{"sku"')],
    ['/cart/items', send('POST', 'x'.repeat(70_000))],
    ['/cart/items', send('POST', 'sku=T-A', { 'content-type': 'text/plain' })],
    ['/cart', { method: 'OPTIONS' }],
    ['/cart', { method: 'OPTIONS', headers: { origin: ORIGIN, 'access-control-request-method': 'DELETE' } }],
    ['/cart', { method: 'HEAD' }],
    ['/', {}],
    ['/docs', {}],
    ['/docs/start.js', {}],
    ['/openapi.json', {}],
    ['/errors/cart_busy', {}],
    ['/errors/none', {}],
  ];
  test.each(ODD)('are on the answer to odd requests: %s', async (path, init) => {
    expect(faultsOf(path, await api.api.app.request(path, init))).toEqual([]);
  });
});

test('TRACE is answered like any method that nobody takes', async () => {
  const server = await serveTestApi(api);
  try {
    const sent = request(`${server.url}/cart`, { method: 'TRACE', headers: { cookie: 'secret=1' } }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const piece of response) text += String(piece);
    expect(response.statusCode).toBe(405);
    expect(text).not.toContain('secret');
  } finally {
    await server.close();
  }
});

test('a refused credential stands in the log with its code, and a good one with its owner', async () => {
  const ids = { bad: 'refused-credential', good: 'good-credential' };
  await api.fetch('/cart', { headers: { authorization: 'Bearer a.b.c', 'x-request-id': ids.bad } });
  await api.fetch('/cart', { headers: { ...(await bearer('logged')), 'x-request-id': ids.good } });
  const lineOf = (id: string) => api.logLines().find(({ requestId }) => requestId === id);
  expect(lineOf(ids.bad)).toMatchObject({ status: 401, code: 'token_invalid', route: 'GET /cart' });
  expect(lineOf(ids.good)).toMatchObject({
    status: 200,
    owner: expect.stringMatching(/^[\w-]{32}$/) as string,
  });
});
