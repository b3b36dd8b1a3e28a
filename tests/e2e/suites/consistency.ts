/** Read your writes, conditional reads and strong reads, across API processes. */
import { describe, expect, test } from 'vitest';
import { customer, guest, linesOf, type Shopper } from '../../support/client.ts';
import type { TestStack } from '../../support/stack.ts';

const ROUNDS = 200;
const BUYERS = 50;

async function addAtOnce(shopper: Shopper): Promise<number[]> {
  const adds = Array.from({ length: BUYERS }, (_, index) => shopper.at(index).add('T-A'));
  return (await Promise.all(adds)).map((answer) => answer.status);
}

function readTests(stack: () => TestStack): void {
  test(`${ROUNDS} times, what was written at one API process is read at once at the other`, async () => {
    const shopper = guest(stack().api);
    await shopper.add('T-A');
    for (let round = 0; round < ROUNDS; round += 1) {
      const written = (await shopper.at(round).update('l1', { quantity: (round % 900) + 1 })).cart;
      const read = (await shopper.at(round + 1).get()).cart;
      expect(read.version).toBe(written.version);
      expect(read.lines).toEqual(written.lines);
    }
  });

  test('a reader who knows the version gets 304 at both processes, and 200 after a change', async () => {
    const shopper = guest(stack().api);
    const { etag } = await shopper.add('T-A');
    for (const index of [0, 1]) {
      const answer = await shopper.at(index).get('', { 'if-none-match': etag });
      expect([answer.status, answer.text, answer.etag]).toEqual([304, '', etag]);
    }
    await shopper.add('T-A');
    const fresh = await shopper.at(1).get('', { 'if-none-match': etag });
    expect([fresh.status, fresh.cart.version]).toEqual([200, 2]);
  });

  test('a strong read says what the plain read says', async () => {
    const shopper = guest(stack().api);
    await shopper.add('T-CUSTOM', 2, { options: { width: 100, height: 50, engraving: 'Ada' } });
    const plain = (await shopper.get()).cart;
    expect((await shopper.at(1).get('?consistency=strong')).cart).toEqual(plain);
  });

  test('reading or clearing an absent cart starts nothing', async () => {
    const shopper = await customer(stack().info);
    const empty = { id: null, version: 0, lines: [], status: 'active', createdAt: null };
    expect((await shopper.get()).cart).toMatchObject(empty);
    expect((await shopper.get('?consistency=strong')).cart).toMatchObject(empty);
    expect((await shopper.clear()).cart).toMatchObject(empty);
    const readAt = Date.now();
    const { cart } = await shopper.add('T-A');
    expect(cart.version).toBe(1);
    expect(Date.parse(cart.createdAt as string)).toBeGreaterThanOrEqual(readAt);
  });

  test('a stale If-Match is refused with the present cart, a fresh one is taken', async () => {
    const shopper = guest(stack().api);
    const { etag } = await shopper.add('T-A');
    await shopper.at(1).add('T-A');
    const stale = await shopper.update('l1', { quantity: 9 }, { ifMatch: etag });
    expect([stale.status, stale.problem.code, stale.problem.currentVersion]).toEqual([
      412,
      'version_conflict',
      2,
    ]);
    expect(linesOf(stale.problem.cart as never)).toEqual(['l1: 2 × T-A']);
    expect((await shopper.update('l1', { quantity: 9 }, { ifMatch: '"2"' })).cart.version).toBe(3);
  });
}

function raceTests(stack: () => TestStack): void {
  test(`${BUYERS} adds at once through both API processes make one new cart with exactly ${BUYERS} in one line`, async () => {
    const shopper = await customer(stack().info);
    expect(new Set(await addAtOnce(shopper))).toEqual(new Set([201]));
    const { cart } = await shopper.get();
    expect(linesOf(cart)).toEqual([`l1: ${BUYERS} × T-A`]);
    expect(cart).toMatchObject({ version: BUYERS, subtotal: BUYERS * 1_999 });
  });

  test(`${BUYERS} adds at once to a cart that is there end at exactly ${BUYERS} more in its line`, async () => {
    const shopper = guest(stack().api);
    await shopper.add('T-A', 5);
    expect(new Set(await addAtOnce(shopper))).toEqual(new Set([201]));
    const { cart } = await shopper.get('?consistency=strong');
    expect(linesOf(cart)).toEqual([`l1: ${BUYERS + 5} × T-A`]);
    expect(cart.version).toBe(BUYERS + 1);
  });

  test('twenty shoppers racing for ten: carts hold no stock, and none of them exceeds ten', async () => {
    const shopper = await customer(stack().info);
    const adds = Array.from({ length: 20 }, (_, index) => shopper.at(index).add('T-TEN'));
    const answers = await Promise.all(adds);
    const codes = answers.map(({ status, problem }) => (status === 201 ? 'ok' : problem.code)).sort();
    expect(codes).toEqual([...Array<string>(10).fill('ok'), ...Array<string>(10).fill('out_of_stock')]);
    expect(linesOf((await shopper.get()).cart)).toEqual(['l1: 10 × T-TEN']);
    expect((await guest(stack().api).add('T-TEN', 10)).status).toBe(201);
  });
}

export function consistencySuite(stack: () => TestStack): void {
  describe('consistency', () => {
    readTests(stack);
  });
  describe('many at once', () => {
    raceTests(stack);
  });
}
