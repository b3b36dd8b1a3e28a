/** A card number typed into any field is refused; nothing keeps it, and no answer or log line repeats it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, expectProblem, newGuest, send, type TestApi } from './test-api.ts';

const CARD = '4242 4242 4242 4242';
const DIGITS = CARD.replaceAll(' ', '');

/** Not four digits alone: those come in times and ids, too. */
const HALF_OF_IT = /4242\W*4242/;

let api: TestApi;
let guest: Record<string, string>;
beforeAll(async () => {
  api = await createTestApi();
  guest = await newGuest(api);
});
afterAll(() => api.close());

const add = (more: object) => ({ sku: 'T-CUSTOM', quantity: 1, ...more });

test.each<[string, string, string, object, string]>([
  [
    'an attribute',
    'POST',
    '/cart/items',
    add({ attributes: { note: `pay with ${CARD}` } }),
    'attributes.note',
  ],
  ['a text option', 'POST', '/cart/items', add({ options: { engraving: DIGITS } }), 'options.engraving'],
  [
    'an option as number',
    'POST',
    '/cart/items',
    add({ options: { width: Number(DIGITS) } }),
    'options.width',
  ],
  [
    'the name of an attribute',
    'POST',
    '/cart/items',
    add({ attributes: { [`c${DIGITS}`]: '' } }),
    'attributes',
  ],
  [
    'an attribute that calls itself a SKU',
    'POST',
    '/cart/items',
    add({ attributes: { sku: CARD } }),
    'attributes.sku',
  ],
  ['a change', 'PATCH', '/cart/items/l1', { attributes: { note: CARD } }, 'attributes.note'],
  [
    'a batch',
    'POST',
    '/cart/batch',
    {
      atomic: false,
      operations: [{ type: 'clear' }, { type: 'addItem', ...add({ attributes: { note: CARD } }) }],
    },
    'operations[1].attributes.note',
  ],
  ['the short form', 'POST', '/cart/add', add({ options: { engraving: CARD } }), 'options.engraving'],
])(
  'in %s: card_data_rejected, with the place and without the number',
  async (_name, method, path, body, place) => {
    const before = (await api.fetch('/cart', { headers: guest })).text;
    const sent = api.carts.received.length;
    for (const headers of [
      guest,
      { ...guest, 'idempotency-key': `k-${place}` },
      { ...guest, prefer: 'respond-async' },
    ]) {
      const answer = await api.fetch(path, send(method, body, headers));
      expectProblem(answer, 422, 'card_data_rejected');
      expect(answer.body.errors.map((error) => error.path)).toEqual([place]);
      expect(answer.text.replace(/\D/g, '')).not.toContain(DIGITS);
    }
    expect(api.carts.received.length).toBe(sent);
    expect((await api.fetch('/cart', { headers: guest })).text).toBe(before);
  },
);

test('nothing of it is in the log or in the database', async () => {
  expect(JSON.stringify(api.logLines())).not.toMatch(HALF_OF_IT);
  for (const table of ['carts', 'cart_audit', 'cart_requests']) {
    const rows = await api.sql`SELECT to_jsonb(t)::text AS row FROM ${api.sql(table)} AS t`;
    expect(JSON.stringify(rows)).not.toMatch(HALF_OF_IT);
  }
});

test('a SKU of digits is the shop’s own word', async () => {
  const answer = await api.fetch('/cart/items', send('POST', { sku: DIGITS, quantity: 1 }, guest));
  expectProblem(answer, 422, 'sku_unknown');
});
