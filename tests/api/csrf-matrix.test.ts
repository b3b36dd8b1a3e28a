/**
 * CSRF as a matrix, generated from /openapi.json: every changing route × credential × Sec-Fetch-Site × Origin × content type. Outside the
 * cells that the contract allows nothing changes: no message leaves the API, no row is written, the victim's cart is as before.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cell, cellsOf, credentials, describeCell, headersOf, isJson, mayPass } from '../csrf/cells.ts';
import { writeTo } from '../support/left-cart.ts';
import { type Answer, createTestApi, customerToken, newGuest, type TestApi } from './test-api.ts';

interface Route {
  name: string;
  method: string;
  path: string;
  hasBody: boolean;
  /** Media types without parameters. */
  takes: readonly string[];
  /** Callers may be known by the cookie here. */
  takesCookie: boolean;
}

/** Bodies that do what the route is for, where it changes a cart; other routes get an empty object, which is refused later at most. */
const BODIES: Record<string, unknown> = {
  'POST /cart/items': { sku: 'T-A', quantity: 1 },
  'PATCH /cart/items/{lineId}': { quantity: 7 },
  'POST /cart/batch': { atomic: true, operations: [{ type: 'clear' }] },
  'POST /cart/add': { sku: 'T-A', quantity: 1 },
  'PUT /cart/update': { lineId: 'l1', quantity: 7 },
  'DELETE /cart/remove': { lineId: 'l1' },
  'PUT /cart/contact': { email: 'victim@x.example', marketingConsent: true },
};

let api: TestApi;
let cells: Cell[];
let token: string;
let link: string;
let routes: Route[];
beforeAll(async () => {
  api = await createTestApi();
  token = (await newGuest(api, 'T-A', 5))['cart-token'] as string;
  const left = (await api.fetch('/cart', { headers: await newGuest(api, 'T-B', 2) })).body.id ?? '';
  link = (await writeTo(api.sql, left, { keys: api.config.LINK_TOKEN_KEYS })).recover;
  cells = cellsOf(credentials(token, await customerToken('ada')));
  routes = await changingRoutes();
});
afterAll(() => api.close());

interface Contract {
  paths: Record<string, Record<string, { security?: object[]; requestBody?: { content: object } }>>;
}

async function changingRoutes(): Promise<Route[]> {
  const { paths } = JSON.parse((await api.fetch('/openapi.json')).text) as Contract;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => ['post', 'put', 'patch', 'delete'].includes(method))
      .map(([method, { security, requestBody }]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path: path
          .replace('{lineId}', 'l1')
          .replace('/recover/{token}', `/recover/${link}`)
          .replace(/\{[^}]+\}/g, 'x'),
        hasBody: requestBody !== undefined,
        takes: Object.keys(requestBody?.content ?? {}),
        takesCookie: security?.some((scheme) => 'guestCookie' in scheme) ?? false,
      })),
  );
}

const isOtherType = ({ hasBody, takes }: Route, { type }: Cell): boolean =>
  hasBody && !takes.includes(type?.split(';')[0] ?? '');

async function attempt(route: Route, cell: Cell, more: Record<string, string> = {}): Promise<Answer> {
  const body = route.hasBody ? { body: JSON.stringify(BODIES[route.name] ?? {}) } : {};
  return await api.fetch(route.path, {
    method: route.method,
    headers: { ...headersOf(cell), ...more },
    ...body,
  });
}

/** Everything that a change would leave behind. */
async function state() {
  const rows = await api.sql`
    SELECT count(*)::int AS carts, sum(version)::int AS versions, (SELECT count(*) FROM contacts) AS contacts,
      (SELECT count(*) FROM erasures) AS erasures FROM carts`;
  const cart = (await api.fetch('/cart', { headers: { 'cart-token': token } })).text;
  return { rows: [...rows], cart, messages: api.carts.received.length };
}

async function expectRefused(route: Route, cell: Cell): Promise<void> {
  const answer = await attempt(route, cell);
  const what = `${route.name}: ${describeCell(cell)}: ${answer.status}`;
  if (route.takesCookie) expect([isOtherType(route, cell) ? 415 : 403, what]).toEqual([answer.status, what]);
  else expect(answer.status, what).toBeGreaterThanOrEqual(400);
  if (answer.status === 403 && route.takesCookie) expect(answer.body.code, what).toBe('csrf_rejected');
  expect(answer.headers.get('set-cookie'), what).toBeNull();
  expect(answer.headers.get('cart-token'), what).toBeNull();
}

test('0 changes outside the allowed cells, on any route', { timeout: 600_000 }, async () => {
  const before = await state();
  const forbidden = cells.filter((cell) => !mayPass(cell));
  for (const route of routes) {
    for (const cell of forbidden) await expectRefused(route, cell);
    expect(await state(), route.name).toEqual(before);
  }
  expect(routes.length).toBeGreaterThanOrEqual(9);
  expect(forbidden.length).toBeGreaterThan(800);
});

test('the allowed cells pass, on every route', { timeout: 600_000 }, async () => {
  const allowed = cells.filter(mayPass);
  const before = await state();
  // The version is never right, so that only the way to the rule is walked, thousands of times.
  for (const route of routes.filter(({ takesCookie }) => takesCookie)) {
    for (const cell of allowed) {
      const answer = await attempt(route, cell, { 'if-match': '"999999"' });
      const what = `${route.name}: ${describeCell(cell)}: ${answer.text}`;
      expect(answer.body?.code, what).not.toBe('csrf_rejected');
      if (isOtherType(route, cell)) expect(answer.status, what).toBe(415);
    }
  }
  expect((await state()).cart).toEqual(before.cart);
});

test('what passes with the cookie changes the victim’s own cart, once each', async () => {
  const [route] = routes.filter(({ name }) => name === 'POST /cart/items') as [Route];
  const allowed = cells.filter(
    (cell) => mayPass(cell) && cell.credential.name === 'the cookie' && isJson(cell.type),
  );
  for (const cell of allowed) expect((await attempt(route, cell)).status, describeCell(cell)).toBe(201);
  const cart = (await api.fetch('/cart', { headers: { 'cart-token': token } })).body;
  expect(cart).toMatchObject({ totalQuantity: 5 + allowed.length, version: 1 + allowed.length });
});

test('reading changes nothing, from wherever it is asked', async () => {
  const before = await state();
  for (const { credential, site, origin } of cells.filter(({ type }) => type === 'application/json')) {
    const headers = headersOf({ credential, site, origin, type: undefined });
    for (const path of ['/cart', '/cart/operations/k', '/products'])
      expect((await api.fetch(path, { headers })).status).toBeLessThan(500);
  }
  expect(await state()).toEqual(before);
});
