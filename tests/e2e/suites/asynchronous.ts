/** `Prefer: respond-async`: 202 now, and where to ask what became of it. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Answer, customer, guest, linesOf, type Shopper } from '../../support/client.ts';
import { eventually } from '../../support/eventually.ts';
import type { TestStack } from '../../support/stack.ts';

interface Status {
  key: string;
  status: 'pending' | 'applied' | 'refused';
  version?: number;
  code?: string;
}

const ASYNC = { prefer: 'respond-async' };

async function settled(shopper: Shopper, location: string): Promise<Status> {
  return await eventually(async () => {
    const answer = await shopper.send({ method: 'GET', path: location });
    const status = answer.json<Status>();
    return answer.status === 200 && status.status !== 'pending' ? status : false;
  });
}

function expectAccepted(answer: Answer, key: string): string {
  expect([answer.status, answer.json<Status>()]).toEqual([202, { key, status: 'pending' }]);
  expect(answer.headers.get('preference-applied')).toBe('respond-async');
  return answer.headers.get('location') as string;
}

export function asynchronousSuite(stack: () => TestStack): void {
  describe('answered later', () => {
    test('an add that is answered with 202 is applied, told so at its address, and in the cart', async () => {
      const shopper = await customer(stack().info);
      const key = randomUUID();
      const location = expectAccepted(await shopper.add('T-A', 4, { key, headers: ASYNC }), key);
      expect(await settled(shopper.at(1), location)).toMatchObject({ key, status: 'applied', version: 1 });
      expect(linesOf((await shopper.get()).cart)).toEqual(['l1: 4 × T-A']);
    });

    test('a refusal is told at the address, and the cart is as it was', async () => {
      const shopper = guest(stack().api);
      await shopper.add('T-TEN', 6);
      const key = randomUUID();
      const location = expectAccepted(await shopper.add('T-TEN', 6, { key, headers: ASYNC }), key);
      expect(await settled(shopper, location)).toMatchObject({ status: 'refused', code: 'out_of_stock' });
      expect((await shopper.get()).cart.version).toBe(1);
    });

    test('the same key in both ways, in either order, is applied once', async () => {
      const shopper = guest(stack().api);
      await shopper.add('T-B');
      const [first, second] = [randomUUID(), randomUUID()];
      const location = expectAccepted(await shopper.add('T-A', 1, { key: first, headers: ASYNC }), first);
      await settled(shopper, location);
      expect((await shopper.add('T-A', 1, { key: first })).isReplay).toBe(true);
      await shopper.add('T-A', 1, { key: second });
      expectAccepted(await shopper.at(1).add('T-A', 1, { key: second, headers: ASYNC }), second);
      await shopper.add('T-B');
      expect(linesOf((await shopper.get('?consistency=strong')).cart)).toEqual([
        'l1: 2 × T-B',
        'l2: 2 × T-A',
      ]);
    });

    test('every write route takes it', async () => {
      const shopper = guest(stack().api);
      await shopper.batch([
        { type: 'addItem', sku: 'T-A', quantity: 1 },
        { type: 'addItem', sku: 'T-B', quantity: 1 },
      ]);
      const keys = Array.from({ length: 4 }, () => randomUUID()) as [string, string, string, string];
      const more = (index: 0 | 1 | 2 | 3) => ({ key: keys[index], headers: ASYNC });
      const sent = [
        await shopper.update('l1', { quantity: 3 }, more(0)),
        await shopper.remove('l2', more(1)),
        await shopper.batch([{ type: 'addItem', sku: 'T-C', quantity: 2 }], true, more(2)),
      ];
      for (const [index, answer] of sent.entries()) {
        const location = expectAccepted(answer, keys[index as 0]);
        expect(await settled(shopper, location)).toMatchObject({ status: 'applied' });
      }
      expect(linesOf((await shopper.get()).cart)).toEqual(['l1: 3 × T-A', 'l3: 2 × T-C']);
      await settled(shopper, expectAccepted(await shopper.clear(more(3)), keys[3]));
      expect((await shopper.get()).cart.lines).toEqual([]);
    });

    test('an operation that nobody sent, or that another sent, is not found', async () => {
      const [mine, yours] = [guest(stack().api), guest(stack().api)];
      const key = randomUUID();
      await Promise.all([mine.add('T-A', 1, { key }), yours.add('T-A')]);
      for (const shopper of [yours, guest(stack().api)]) {
        const answer = await shopper.send({ method: 'GET', path: `/cart/operations/${key}` });
        expect([answer.status, answer.problem.code]).toEqual([404, 'operation_not_found']);
      }
      const own = await mine.send({ method: 'GET', path: `/cart/operations/${key}` });
      expect(own.json()).toMatchObject({ key, status: 'applied', version: 1 });
    });
  });
}
