/** A cart remembers its last keys; the request table remembers every key of the published window. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, newGuest, send, type TestApi } from './test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ environment: { REMEMBERED_KEYS_MAX: '16' } });
});
afterAll(() => api.close());

async function guestWithAForgottenKey(): Promise<Record<string, string>> {
  const guest = await newGuest(api, 'T-A', 1);
  const add = (key: string) => {
    // Only what a later change has confirmed is believed.
    api.clock.now += 1;
    return api.fetch(
      '/cart/items',
      send('POST', { sku: 'T-B', quantity: 1 }, { ...guest, 'idempotency-key': key }),
    );
  };
  await add('the-first');
  for (let index = 0; index < 20; index += 1) await add(`later-${index}`);
  return { ...guest, 'idempotency-key': 'the-first' };
}

test('a retry is recognised after the cart itself has forgotten the key', async () => {
  const guest = await guestWithAForgottenKey();
  const before = await api.fetch('/cart', { headers: guest });
  const retry = await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, guest));
  expect(retry.status).toBe(201);
  expect(retry.headers.get('idempotent-replayed')).toBe('true');
  expect(retry.body.version).toBe(before.body.version);
});

test('the same key for another request is refused as long', async () => {
  const guest = await guestWithAForgottenKey();
  const other = await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 2 }, guest));
  expect(other.body.code).toBe('idempotency_key_reused');
});

test('an asynchronous retry is accepted again and changes nothing', async () => {
  const guest = await guestWithAForgottenKey();
  const before = await api.fetch('/cart', { headers: guest });
  const asynchronous = { ...guest, prefer: 'respond-async' };
  const retry = await api.fetch('/cart/items', send('POST', { sku: 'T-B', quantity: 1 }, asynchronous));
  expect(retry.status).toBe(202);
  expect((await api.fetch('/cart', { headers: guest })).body.version).toBe(before.body.version);
});
