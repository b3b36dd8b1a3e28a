/**
 * What still works while a part is away, and what comes back by itself. The shop's database and Temporal's are two servers here, so that
 * each can be away alone.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customer, guest, linesOf, type Shopper } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { createOwnPostgres, type OwnPostgres } from '../support/own-postgres.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const CARTS = 20;

/** Temporal and its database. */
let ground: TestStack;
let shopDatabase: OwnPostgres;
/** The shop on top of both. */
let stack: TestStack;

beforeAll(async () => {
  shopDatabase = await createOwnPostgres();
  await shopDatabase.start();
  ground = await startTestStack({ apis: 0, workers: 0, catalogue: 'none' });
  const { address } = ground.info.temporal;
  stack = await startTestStack({
    environment: { DATABASE_URL: shopDatabase.url, TEMPORAL_ADDRESS: address },
  });
});

afterAll(async () => {
  await stack?.stop();
  await ground?.stop();
  await shopDatabase?.remove();
});

/** Guests with two units of T-A, whose product both API processes know. */
async function openCarts(count: number): Promise<Shopper[]> {
  const shoppers = Array.from({ length: count }, () => guest(stack.api));
  await Promise.all(
    shoppers.map(async (shopper) => {
      await shopper.add('T-A');
      await shopper.at(1).add('T-A');
    }),
  );
  return shoppers;
}

const rowVersion = async (cartId: string | null): Promise<number | undefined> => {
  const [row] = await stack.sql<{ version: number }[]>`SELECT version FROM carts WHERE cart_id = ${cartId}`;
  return row?.version;
};

describe('while PostgreSQL is away', () => {
  let shopper: Shopper;
  let known: Shopper;

  beforeAll(async () => {
    [shopper, known] = (await openCarts(2)) as [Shopper, Shopper];
    await shopDatabase.kill();
  });

  test('a known cart is changed at one API process and read at the other', async () => {
    for (let index = 0; index < 6; index += 1) {
      const answer = await shopper.at(index).add('T-A');
      expect([answer.status, linesOf(answer.cart)]).toEqual([201, [`l1: ${index + 3} × T-A`]]);
      const read = await shopper.at(index + 1).get();
      expect([read.status, read.cart.version]).toEqual([200, index + 3]);
    }
    expect(linesOf((await known.get()).cart)).toEqual(['l1: 2 × T-A']);
    expect((await known.clear()).cart.lines).toEqual([]);
  });

  test('a retry is still recognised', async () => {
    const key = randomUUID();
    expect((await shopper.add('T-A', 1, { key })).isReplay).toBe(false);
    expect((await shopper.at(1).add('T-A', 1, { key })).isReplay).toBe(true);
  });

  test('a product that nobody has asked for lately cannot be had for the moment: 503 with Retry-After', async () => {
    const answer = await shopper.add('T-077');
    expect([answer.status, answer.problem.code]).toEqual([503, 'dependency_unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const products = await shopper.send({ method: 'GET', path: '/products' });
    expect([products.status, products.headers.has('retry-after')]).toEqual([503, true]);
  });

  test('readiness names PostgreSQL, liveness stays', async () => {
    const ready = await shopper.send({ method: 'GET', path: '/readyz' });
    expect([ready.status, ready.json()]).toMatchObject([503, { parts: { postgres: false, temporal: true } }]);
    expect((await shopper.send({ method: 'GET', path: '/livez' })).status).toBe(200);
  });

  test('when it is back, the read model catches up without any request', async () => {
    const { id, version } = (await shopper.get('?consistency=strong')).cart;
    expect(version).toBe(9);
    await shopDatabase.start();
    await eventually(async () => (await rowVersion(id)) === version, { within: 30_000, every: 100 });
    const trail = await stack.sql`SELECT version FROM cart_trail WHERE cart_id = ${id} ORDER BY version`;
    expect(trail.map((row) => row['version'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await eventually(async () => (await shopper.send({ method: 'GET', path: '/readyz' })).status === 200);
    expect((await shopper.add('T-077')).status).toBe(201);
  });
});

describe('while Temporal is away', () => {
  let shopper: Shopper;
  const key = randomUUID();

  beforeAll(async () => {
    [shopper] = (await openCarts(1)) as [Shopper];
    await ground.kill('temporal');
  });

  test('carts and products are read', async () => {
    for (const index of [0, 1]) {
      const answer = await shopper.at(index).get();
      expect([answer.status, linesOf(answer.cart)]).toEqual([200, ['l1: 2 × T-A']]);
    }
    expect((await shopper.send({ method: 'GET', path: '/products/T-A' })).status).toBe(200);
  });

  test('writes are answered with 503 and Retry-After within 6 s', async () => {
    for (const more of [{ key }, { headers: { prefer: 'respond-async' } }]) {
      const startedAt = Date.now();
      const answer = await shopper.add('T-B', 1, more);
      expect(Date.now() - startedAt).toBeLessThan(6_000);
      expect([answer.status, answer.problem.code]).toEqual([503, 'dependency_unavailable']);
      expect(answer.headers.has('retry-after')).toBe(true);
    }
  });

  test('when it is back, the same key succeeds, once', async () => {
    await ground.restart('temporal');
    const answer = await eventually(
      async () => {
        const tried = await shopper.add('T-B', 1, { key });
        return tried.status === 201 && tried;
      },
      { within: 30_000, every: 200 },
    );
    expect(linesOf(answer.cart)).toEqual(['l1: 2 × T-A', 'l2: 1 × T-B']);
    expect((await shopper.add('T-B', 1, { key })).isReplay).toBe(true);
  });
});

describe('a change that was on its way when Temporal died', () => {
  test('neither hides the next one nor stands in the trail in its place', async () => {
    const shoppers = await openCarts(CARTS);
    const lost = shoppers.map((shopper) => shopper.add('T-C', 1, { key: 'lost' }).catch(() => undefined));
    await ground.kill('temporal');
    const early = (await Promise.all(lost)).map((answer) => answer?.status === 201);
    await ground.restart('temporal');
    for (const [index, shopper] of shoppers.entries()) {
      await eventually(async () => (await shopper.add('T-B', 1, { key: 'next' })).status === 201, {
        within: 30_000,
      });
      const { cart } = await shopper.at(1).get();
      expect(cart).toEqual((await shopper.get('?consistency=strong')).cart);
      const skus = cart.lines.map(({ sku }) => sku);
      expect(skus).toContain('T-B');
      // What was answered with success before the kill is never taken back.
      expect(skus.includes('T-C') || !early[index]).toBe(true);
      const trail = await stack.sql<{ sku: string }[]>`
        SELECT operation ->> 'sku' AS sku FROM cart_trail WHERE cart_id = ${cart.id} ORDER BY version`;
      expect(trail.map(({ sku }) => sku)).toEqual(['T-A', 'T-A', ...skus.slice(1)]);
    }
  });
});

describe('after the SIGKILL of one of two workers', () => {
  test(`the first operation on each of ${CARTS} carts is settled in time`, async () => {
    const shoppers = await openCarts(CARTS);
    await stack.kill('worker-1');
    const delays = await Promise.all(
      shoppers.map(async (shopper) => {
        const startedAt = Date.now();
        const key = randomUUID();
        await eventually(async () => (await shopper.add('T-B', 1, { key })).status === 201, {
          within: 20_000,
        });
        return Date.now() - startedAt;
      }),
    );
    await stack.restart('worker-1');
    console.log(`first operation after a worker's SIGKILL, ms: ${delays.sort((a, b) => a - b).join(' ')}`);
    for (const shopper of shoppers) expect((await shopper.get()).cart.totalQuantity).toBe(3);
    // One lost workflow task costs its time-out of 5 s; nothing costs more than that and one further try.
    expect(delays.at(-1)).toBeLessThan(10_000);
  });

  test('a new customer is served while one worker is down', async () => {
    await stack.kill('worker-2');
    expect((await (await customer(stack.info)).add('T-A')).status).toBe(201);
    await stack.restart('worker-2');
  });
});
