/** Random requests to every route, from nearly right to nonsense: never a 5xx, every error a problem of the catalogue, money always right. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cartViewSchema } from '../../api/answer-schemas.ts';
import { ERRORS } from '../../contract/errors.ts';
import { type Answer, bearer, createTestApi, guestToken, newGuest, send, type TestApi } from './test-api.ts';

let api: TestApi;
let token: string;
let customer: string;
beforeAll(async () => {
  api = await createTestApi();
  token = (await newGuest(api))['cart-token'] ?? '';
  customer = (await bearer('fuzz')).authorization ?? '';
});
afterAll(() => api.close());

const PATHS = [
  '/',
  '/cart',
  '/cart/',
  '/cart/items',
  '/cart/items/l1',
  '/cart/items/l999',
  '/cart/items/%00',
  '/cart/items/..',
  '/cart/batch',
  '/cart/add',
  '/cart/update',
  '/cart/remove',
  '/cart/remove?lineId=l1',
  '/cart/clear',
  '/cart/operations/k',
  '/cart/operations/%F0%28',
  '/products',
  '/products/T-A',
  '/products/%00',
  '/products?limit=1&limit=2',
  '/livez',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/docs',
  '/errors/__proto__',
  '/cart?consistency=strong',
  '/cart?__proto__=1',
  '/nothing',
];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND'];

const quantity = fc.oneof(
  fc.integer({ min: -2, max: 1_001 }),
  fc.double(),
  fc.constantFrom(null, '1', [], {}, true, 2 ** 53),
);
const sku = fc.oneof(
  fc.constantFrom('T-A', 'T-B', 'T-TEN', 'T-ONE', 'T-OFF', 'T-MAX', 'T-CUSTOM', 'NOPE'),
  fc.string(),
  fc.jsonValue(),
);
const options = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(
    fc.constantFrom('width', 'height', 'material', 'engraving', 'x'),
    fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constantFrom('oak', '12.5', '1e3', true)),
  ),
  fc.jsonValue(),
);
const operation = fc.record(
  {
    type: fc.constantFrom('addItem', 'updateItem', 'removeItem', 'clear', 'x'),
    sku,
    quantity,
    options,
    lineId: fc.constantFrom('l1', 'l2', 'l3', 'l0', '', 1),
    attributes: fc.jsonValue(),
    separateLine: fc.boolean(),
  },
  { requiredKeys: ['type'] },
);
const body = fc.oneof(
  fc.record(
    {
      sku,
      quantity,
      options,
      attributes: fc.constantFrom(undefined, { a: 'b' }),
      separateLine: fc.constantFrom(undefined, true),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    { atomic: fc.oneof(fc.boolean(), fc.jsonValue()), operations: fc.array(operation, { maxLength: 6 }) },
    { requiredKeys: [] },
  ),
  operation,
  fc.jsonValue(),
);
const text = fc.oneof(
  body.map((value) => JSON.stringify(value) ?? ''),
  fc.string({ unit: 'binary' }),
  fc.json(),
);
const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});
const maybe = <T>(value: fc.Arbitrary<T>, often: T) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constant(often) },
    { weight: 1, arbitrary: value },
  );
const headers = () =>
  fc.record({
    'content-type': fc.oneof(
      { weight: 8, arbitrary: fc.constant('application/json') },
      { weight: 1, arbitrary: headerText },
    ),
    'cart-token': maybe(headerText, token),
    authorization: maybe(headerText, customer),
    cookie: maybe(headerText, `__Host-cart=${token}`),
    'idempotency-key': maybe(headerText, 'k'),
    'if-match': maybe(headerText, '"1"'),
    'if-none-match': maybe(headerText, '"1"'),
    prefer: maybe(headerText, 'respond-async'),
    origin: maybe(headerText, 'https://shop.example'),
    'sec-fetch-site': maybe(headerText, 'same-origin'),
    'x-request-id': maybe(headerText, 'a-request'),
    'accept-encoding': maybe(headerText, 'gzip'),
  });

function expectSane(answer: Answer, name: string): void {
  expect(answer.status, `${name}: ${answer.text}`).toBeLessThan(500);
  expect(answer.headers.get('x-content-type-options'), name).toBe('nosniff');
  expect(answer.headers.get('x-request-id'), name).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
  if (answer.status < 400 || answer.text === '') return;
  expect(answer.headers.get('content-type'), name).toBe('application/problem+json; charset=utf-8');
  const row = ERRORS[answer.body.code as unknown as keyof typeof ERRORS];
  expect(row?.status, name).toBe(answer.status);
}

test('no request of any kind produces a 5xx or an error that is not a problem', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...METHODS),
      fc.constantFrom(...PATHS),
      text,
      headers(),
      async (method, path, content, given) => {
        const known = Object.entries(given).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        );
        const hasBody = !['GET', 'HEAD'].includes(method);
        const init = { method, headers: Object.fromEntries(known), ...(hasBody ? { body: content } : {}) };
        expectSane(await api.fetch(path, init), `${method} ${path}`);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(api.logLines().filter((line) => line.level === 50)).toEqual([]);
});

test('after any sequence of writes the totals are the sum of the lines', { timeout: 120_000 }, async () => {
  const writes = fc.array(
    fc.record({
      type: fc.constantFrom('addItem', 'updateItem', 'removeItem'),
      sku: fc.constantFrom('T-A', 'T-B', 'T-TEN', 'T-MAX', 'T-CUSTOM'),
      quantity: fc.integer({ min: 0, max: 999 }),
      lineId: fc.constantFrom('l1', 'l2', 'l3'),
    }),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(writes, async (sequence) => {
      const first = await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 }));
      const guest = { 'cart-token': guestToken(first) };
      let last = first;
      for (const { type, sku: item, quantity: units, lineId } of sequence) {
        const [method, path, content] =
          type === 'addItem'
            ? ['POST', '/cart/items', { sku: item, quantity: units }]
            : type === 'updateItem'
              ? ['PATCH', `/cart/items/${lineId}`, { quantity: units }]
              : ['DELETE', `/cart/items/${lineId}`, undefined];
        const answer = await api.fetch(path as string, send(method as string, content, guest));
        expectSane(answer, `${method} ${path}`);
        if (answer.status < 400) last = answer;
      }
      const view = cartViewSchema.parse(last.body);
      expect((await api.fetch('/cart', { headers: guest })).body).toEqual(last.body);
      expect(view.subtotal).toBe(view.lines.reduce((sum, line) => sum + line.lineTotal, 0));
      for (const line of view.lines) expect(line.lineTotal).toBe(line.unitPrice * line.quantity);
      expect(view.totalQuantity).toBe(view.lines.reduce((sum, line) => sum + line.quantity, 0));
      expect(view.itemsCount).toBe(view.lines.length);
    }),
    { numRuns: 60 },
  );
});
