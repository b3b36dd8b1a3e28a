/** Features that are switched off while the API runs: what callers are told, and what goes on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { bearer, createTestApi, expectProblem, newGuest, send, type TestApi } from './test-api.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'cartwright-flags-'));
const file = path.join(folder, 'flags.json');

let api: TestApi;
let guest: Record<string, string>;
beforeAll(async () => {
  api = await createTestApi({ environment: { FEATURE_FLAGS_FILE: file } });
  api.api.feed.start();
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

type Switches = Record<string, boolean>;

/** Settles when the running API has noticed. */
async function switchTo(switches: Switches): Promise<void> {
  writeFileSync(file, JSON.stringify(switches));
  await eventually(async () => {
    for (const [name, on] of Object.entries(switches))
      expect(await api.api.flags.isOn(name as 'merge')).toBe(on);
  });
}

beforeEach(async () => {
  await switchTo({ merge: true, respondAsync: true, liveEvents: true });
  guest = await newGuest(api);
});

const watch = () => api.api.app.request('/cart/events', { headers: guest });

test('an event stream is refused with feature_disabled, and a time to look again', async () => {
  await switchTo({ liveEvents: false });
  const answer = await api.fetch('/cart/events', { headers: guest });
  expectProblem(answer, 503, 'feature_disabled');
  expect(answer.body.retryable).toBe(false);
  expect(answer.headers.get('retry-after')).toBe('60');
  expect((await api.fetch('/cart', { headers: guest })).status).toBe(200);
});

test('an open stream ends with a word, and a new one can be opened when the feature is back', async () => {
  const stream = await watch();
  expect(stream.status).toBe(200);
  const text = stream.text();
  await switchTo({ liveEvents: false });
  expect(await text).toMatch(/event: cart\n[\s\S]*: switched off\n\n$/);
  expect(api.api.feed.watchers()).toBe(0);
  await switchTo({ liveEvents: true });
  const again = await watch();
  expect(again.status).toBe(200);
  await again.body?.cancel();
});

test('a write that prefers not to wait is answered in the ordinary way', async () => {
  const write = () =>
    api.fetch(
      '/cart/items',
      send('POST', { sku: 'T-A', quantity: 1 }, { ...guest, prefer: 'respond-async' }),
    );
  expect((await write()).status).toBe(202);
  await switchTo({ respondAsync: false });
  const answer = await write();
  expect(answer.status).toBe(201);
  expect(answer.headers.get('preference-applied')).toBeNull();
  expect(api.carts.received.at(-1)?.isSignal).toBe(false);
});

test('a merge is refused and not offered, and both carts stay as they are', async () => {
  const both = { ...guest, ...(await bearer('does-not-merge')) };
  const codes = async () =>
    (await api.fetch('/cart', { headers: both })).body.requirements.map(({ code }) => code);
  expect(await codes()).toContain('merge_available');
  await switchTo({ merge: false });
  expectProblem(await api.fetch('/cart/merge', send('POST', {}, both)), 503, 'feature_disabled');
  expect(await codes()).not.toContain('merge_available');
  expect((await api.fetch('/cart', { headers: guest })).body.totalQuantity).toBe(1);
  await switchTo({ merge: true });
  expect((await api.fetch('/cart/merge', send('POST', {}, both))).status).toBe(200);
});

test('a caller with a bad token hears of the token first', async () => {
  await switchTo({ liveEvents: false });
  const answer = await api.fetch('/cart/events', { headers: { authorization: 'Bearer a.b.c' } });
  expectProblem(answer, 401, 'token_invalid');
});

test('the contract says which routes can be switched off', async () => {
  const { text } = await api.fetch('/openapi.json');
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, { responses: object }>> };
  expect(JSON.stringify(paths['/cart/events']?.get?.responses)).toContain('feature_disabled');
  expect(JSON.stringify(paths['/cart']?.get?.responses)).not.toContain('feature_disabled');
});
