/** What every cell of the idempotency matrix needs: a cart to begin with, a keyed request, and what must hold afterwards. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import {
  type Answer,
  customer,
  guest,
  linesOf,
  type RequestSpec,
  type Shopper,
} from '../../support/client.ts';
import { eventually } from '../../support/eventually.ts';
import type { TestStack } from '../../support/stack.ts';
import { GIVEN_OPERATIONS, GIVEN_VERSION, type WriteRoute } from './write-routes.ts';

export interface Cell {
  shopper: Shopper;
  key: string;
}

/** A customer with the given cart, who brings a guest's along. */
async function openLogin(stack: TestStack, brought: object[]): Promise<Shopper> {
  const visitor = guest(stack.api);
  await visitor.batch(brought);
  return (await customer(stack.info)).bringing(visitor);
}

/** A guest (or who the route is for) with the given cart, and a key that nobody has used. */
export async function openCell(stack: TestStack, { brought }: WriteRoute): Promise<Cell> {
  const shopper = brought ? await openLogin(stack, brought) : guest(stack.api);
  const { cart } = await shopper.batch(GIVEN_OPERATIONS);
  expect(cart.version).toBe(GIVEN_VERSION);
  return { shopper, key: `${randomUUID()} of a "cell"` };
}

export const sendKeyed = (
  shopper: Shopper,
  key: string,
  request: RequestSpec,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  shopper.send({ ...request, headers: { 'idempotency-key': key, ...headers, ...request.headers } });

/** The request has been applied exactly once, and nothing else. */
export async function expectOnce(shopper: Shopper, route: WriteRoute): Promise<void> {
  const { cart } = await shopper.at(1).get();
  expect([linesOf(cart), cart.version]).toEqual([route.lines, GIVEN_VERSION + route.changes]);
  expect((await shopper.get('?consistency=strong')).cart).toEqual(cart);
}

export function expectReplay(answer: Answer, route: WriteRoute): void {
  expect([answer.status, answer.isReplay], answer.text).toEqual([route.status, true]);
}

export function expectCode(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.problem.code]).toEqual([status, code]);
}

const isDecided = (answer: Answer): boolean => ![429, 503, 504].includes(answer.status);

/** As a good client does: the same key, at either API process, until there is an answer. */
export const untilDecided = (cell: Cell, request: RequestSpec, within = 60_000): Promise<Answer> => {
  let tries = 0;
  return eventually(
    async () => {
      tries += 1;
      const answer = await sendKeyed(cell.shopper.at(tries), cell.key, request);
      return isDecided(answer) && answer;
    },
    { within, every: 200 },
  );
};
