/** Protection on the whole system: budgets shared by all API processes, a hot cart that says when it is busy, and logs that tell no secrets. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customer, guest, type Shopper } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const BUDGET = 600;

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({
    environment: {
      RATE_LIMITS: 'on',
      RATE_LIMIT_STORE: 'postgres',
      RATE_LIMIT_PER_MINUTE: String(BUDGET),
      RATE_LIMIT_WRITES_PER_MINUTE: String(BUDGET),
      RATE_LIMIT_ADDRESS_PER_MINUTE: '1000000',
      RATE_LIMIT_NEW_CARTS_PER_MINUTE: '1000',
      TRUSTED_PROXIES: '127.0.0.0/8',
      LANE_LIMIT: '8',
    },
  });
});
afterAll(() => stack?.stop());

const parallel = async <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  await Promise.all(Array.from({ length: count }, (_, index) => run(index)));

test('one budget holds for all API processes together', async () => {
  const headers = { 'x-forwarded-for': '198.51.100.7' };
  const seen: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    const origin = stack.api[round % 2] ?? '';
    const statuses = await parallel(20, async () => {
      const answer = await fetch(`${origin}/errors/internal`, { headers });
      await answer.arrayBuffer();
      return answer.status;
    });
    seen.push(...statuses);
  }
  const passed = seen.filter((status) => status === 200).length;
  expect([passed, seen.length - passed]).toEqual([BUDGET, 200]);
  expect(new Set(seen)).toEqual(new Set([200, 429]));
});

describe('a cart that everybody writes to', () => {
  /** Sends the same request again for as long as the cart is busy, as a client should. */
  async function addPatiently(shopper: Shopper, seen: Map<string, number>): Promise<void> {
    const key = randomUUID();
    await eventually(
      async () => {
        const answer = await shopper.add('T-A', 1, { key });
        seen.set(String(answer.status), (seen.get(String(answer.status)) ?? 0) + 1);
        if (answer.status === 429) {
          expect(answer.problem).toMatchObject({ code: 'cart_busy', retryable: true });
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        } else expect(answer.status, answer.text).toBe(201);
        return answer.status === 201;
      },
      { within: 60_000, every: 1_000 },
    );
  }

  test('says cart_busy instead of queueing without end; with patience each change is in it once, and others do not wait', async () => {
    const hot = guest([stack.api[0] ?? '']);
    const other = guest([stack.api[0] ?? '']);
    await hot.add('T-A');
    await other.add('T-B');
    const seen = new Map<string, number>();
    const storm = parallel(60, () => addPatiently(hot, seen));
    expect((await other.add('T-B')).status).toBe(201);
    await storm;
    expect(seen.get('429')).toBeGreaterThan(0);
    const { cart } = await hot.get('?consistency=strong');
    expect(cart).toMatchObject({ totalQuantity: 61, version: 61 });
  });
});

describe('the logs after a hostile run', () => {
  const canary = (name: string) => `canary-${name}-${randomUUID()}`;
  const CARD = '4000 0566 5566 5556';
  const secrets = {
    note: canary('note'),
    query: canary('query'),
    key: canary('key'),
    cookie: canary('cookie'),
    bearer: canary('bearer'),
    email: `${canary('mail')}@example.org`,
    path: canary('path'),
    header: canary('header'),
  };

  async function attack(origin: string, credentials: Record<string, string>): Promise<void> {
    const evil = `${secrets.note}\u001b[31m\r\n{"level":30,"msg":"forged"}\u009b2J\u202e`;
    const bodies = [
      { sku: 'T-A', quantity: 1, attributes: { note: evil } },
      { sku: 'T-A', quantity: 1, attributes: { note: secrets.note } },
      { sku: 'T-A', quantity: 1, attributes: { note: CARD } },
      { sku: secrets.note, quantity: -1, [secrets.note]: secrets.email },
      { sku: `${secrets.note}\n`, quantity: 1 },
    ].map((body) => JSON.stringify(body));
    const headers = {
      'content-type': 'application/json',
      'x-forwarded-for': '203.0.113.77',
      'idempotency-key': secrets.key,
      'x-request-id': `${secrets.header}\u0080`,
      'user-agent': secrets.header,
      ...credentials,
    };
    for (const body of [...bodies, `{"${secrets.note}`, secrets.note]) {
      for (const path of [
        '/cart/items',
        '/cart/batch',
        `/cart/add?email=${secrets.email}&q=${secrets.query}`,
      ]) {
        await fetch(`${origin}${path}`, { method: 'POST', headers, body });
      }
    }
    for (const path of [
      `/cart?email=${secrets.email}`,
      `/${secrets.path}%0a%1b[31m`,
      `/cart/operations/${secrets.key}`,
      `/products/${secrets.path}`,
      `/products?search=${secrets.query}%00&cursor=${secrets.query}`,
    ]) {
      await fetch(`${origin}${path}`, {
        headers: { ...credentials, 'x-request-id': secrets.header.repeat(4) },
      });
    }
  }

  test('hold no token, no e-mail address, no body, no card and no forged line', async () => {
    const ada = await customer(stack.info, secrets.email);
    await ada.add('T-A', 1, { attributes: { note: secrets.note } });
    const credentials: Record<string, string>[] = [
      {},
      ada.credentials,
      { authorization: `Bearer ${secrets.bearer}` },
      { cookie: `__Host-cart=${secrets.cookie}` },
      { 'cart-token': secrets.cookie },
    ];
    for (const origin of stack.api) for (const credential of credentials) await attack(origin, credential);
    const last = randomUUID();
    await fetch(`${stack.api[0]}/cart`, { headers: { 'x-request-id': last } });
    await eventually(() => stack.logs().includes(last), { within: 20_000 });
    const text = stack.logs();
    for (const [name, secret] of Object.entries(secrets)) expect(text.includes(secret), name).toBe(false);
    expect(text).not.toContain(ada.credentials.authorization?.slice(7));
    expect(text.replace(/[\s-]/g, '')).not.toContain(CARD.replaceAll(' ', ''));
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
    expect(text).not.toContain('"msg":"forged"');
  });
});
