/** Of several faults the first in the promised order is told: route, method, size, media type, authentication, CSRF, headers, schema, replay, If-Match, rule. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, guestToken, newGuest, send, type TestApi } from './test-api.ts';

let api: TestApi;
let cookie: string;
beforeAll(async () => {
  api = await createTestApi();
  cookie = `__Host-cart=${guestToken(await api.fetch('/cart/items', send('POST', { sku: 'T-A', quantity: 1 })))}`;
});
afterAll(() => api.close());

const BIG = `{"sku":"${'x'.repeat(70_000)}"`;

/** Each row has one fault fewer than the row before it; the code is that of the first fault that is left. */
const LADDER: [
  code: string,
  method: string,
  path: string,
  body: string,
  headers: () => Record<string, string>,
][] = [
  [
    'route_not_found',
    'PUT',
    '/cart/nothing',
    BIG,
    () => worst({ 'content-type': 'text/plain', authorization: 'Bearer x' }),
  ],
  [
    'method_not_allowed',
    'PUT',
    '/cart/items',
    BIG,
    () => worst({ 'content-type': 'text/plain', authorization: 'Bearer x' }),
  ],
  [
    'payload_too_large',
    'POST',
    '/cart/items',
    BIG,
    () => worst({ 'content-type': 'text/plain', authorization: 'Bearer x' }),
  ],
  [
    'unsupported_media_type',
    'POST',
    '/cart/items',
    '{',
    () => worst({ 'content-type': 'text/plain', authorization: 'Bearer x' }),
  ],
  ['token_invalid', 'POST', '/cart/items', '{', () => worst({ authorization: 'Bearer x' })],
  ['csrf_rejected', 'POST', '/cart/items', '{', () => worst()],
  ['idempotency_key_invalid', 'POST', '/cart/items', '{', () => worst({ 'sec-fetch-site': 'same-origin' })],
  [
    'invalid_header',
    'POST',
    '/cart/items',
    '{',
    () => worst({ 'sec-fetch-site': 'same-origin', 'idempotency-key': 'used' }),
  ],
  ['invalid_json', 'POST', '/cart/items', '{', () => late()],
  ['validation_failed', 'POST', '/cart/items', '{"sku":"T-NONE","quantity":0}', () => late()],
  ['idempotency_key_reused', 'POST', '/cart/items', '{"sku":"T-NONE","quantity":1}', () => late()],
  [
    'version_conflict',
    'POST',
    '/cart/items',
    '{"sku":"T-OFF","quantity":1}',
    () => late({ 'idempotency-key': 'fresh' }),
  ],
  [
    'sku_unavailable',
    'POST',
    '/cart/items',
    '{"sku":"T-OFF","quantity":1}',
    () => late({ 'idempotency-key': 'fresh', 'if-match': '*' }),
  ],
];

const worst = (more: Record<string, string> = {}): Record<string, string> => ({
  cookie,
  'content-type': 'application/json',
  'sec-fetch-site': 'cross-site',
  'idempotency-key': '',
  'if-match': 'x',
  ...more,
});
const late = (more: Record<string, string> = {}): Record<string, string> =>
  worst({ 'sec-fetch-site': 'same-origin', 'idempotency-key': 'used', 'if-match': '"77"', ...more });

test.each(LADDER)('%s comes before all that follows', async (code, method, path, body, headers) => {
  await api.fetch(
    '/cart/items',
    send('POST', { sku: 'T-A', quantity: 1 }, { cookie, 'idempotency-key': 'used' }),
  );
  const answer = await api.fetch(path, { method, body, headers: headers() });
  expect(answer.body.code, answer.text).toBe(code);
});

test('whoever is refused at any step has changed nothing', async () => {
  const guest = await newGuest(api);
  const before = (await api.fetch('/cart', { headers: guest })).text;
  for (const [, method, path, body, headers] of LADDER) {
    await api.fetch(path, {
      method,
      body,
      headers: { ...headers(), cookie: `__Host-cart=${guest['cart-token']}` },
    });
  }
  expect((await api.fetch('/cart', { headers: guest })).text).toBe(before);
});
