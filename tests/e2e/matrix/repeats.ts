/** Cells of the matrix on a healthy system: the same key with the same, another, a concurrent, a late or a once refused request. */
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { linesOf, type Shopper } from '../../support/client.ts';
import type { TestStack } from '../../support/stack.ts';
import { expectCode, expectOnce, expectReplay, openCell, sendKeyed, untilDecided } from './cell.ts';
import { GIVEN, GIVEN_VERSION, type WriteRoute } from './write-routes.ts';

const AT_ONCE = 20;

export function sameRequestTests(route: WriteRoute, stack: () => TestStack): void {
  test('I-1 the same request again: the same answer, marked as a replay, nothing changed', async () => {
    const { shopper, key } = await openCell(stack(), route);
    const first = await sendKeyed(shopper, key, route.request);
    expect([first.status, first.isReplay, linesOf(first.cart)]).toEqual([route.status, false, route.lines]);
    for (const index of [0, 1]) {
      const again = await sendKeyed(shopper.at(index), key, route.request);
      expectReplay(again, route);
      expect([again.text, again.etag]).toEqual([first.text, first.etag]);
    }
    await expectOnce(shopper, route);
  });

  if (route.reworded) {
    const { reworded } = route;
    test('I-2 the same request in other words is a replay', async () => {
      const { shopper, key } = await openCell(stack(), route);
      await sendKeyed(shopper, key, route.request);
      expectReplay(await sendKeyed(shopper.at(1), key, reworded), route);
      await expectOnce(shopper, route);
    });
  }

  test(`I-6 ${AT_ONCE} at once at both API processes: one effect, and each hears of it`, async () => {
    const { shopper, key } = await openCell(stack(), route);
    const sends = Array.from({ length: AT_ONCE }, (_, index) =>
      sendKeyed(shopper.at(index), key, route.request),
    );
    const answers = await Promise.all(sends);
    expect(answers.filter((answer) => !answer.isReplay)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([route.status]));
    await expectOnce(shopper, route);
  });

  test('a quoted key and a bare one are the same key', async () => {
    const { shopper } = await openCell(stack(), route);
    const key = randomUUID();
    await sendKeyed(shopper, `"${key}"`, route.request);
    expectReplay(await sendKeyed(shopper, key, route.request), route);
    await expectOnce(shopper, route);
  });
}

export function otherRequestTests(route: WriteRoute, stack: () => TestStack): void {
  const elsewhere = { method: 'POST', path: '/cart/items', body: { sku: 'T-001', quantity: 1 } };
  const others = [
    ...(route.other ? [['I-3 another body', route.other] as const] : []),
    ['I-4 another route', elsewhere] as const,
  ];
  for (const [what, other] of others) {
    test(`${what} under the same key: idempotency_key_reused, nothing changed`, async () => {
      const { shopper, key } = await openCell(stack(), route);
      await sendKeyed(shopper, key, route.request);
      expectCode(await sendKeyed(shopper.at(1), key, other), 422, 'idempotency_key_reused');
      await expectOnce(shopper, route);
    });
  }

  test('I-5 the same key of another shopper is another operation', async () => {
    const [mine, yours] = await Promise.all([openCell(stack(), route), openCell(stack(), route)]);
    await sendKeyed(mine.shopper, mine.key, route.request);
    const answer = await sendKeyed(yours.shopper, mine.key, route.request);
    expect([answer.status, answer.isReplay]).toEqual([route.status, false]);
    await Promise.all([expectOnce(mine.shopper, route), expectOnce(yours.shopper, route)]);
  });

  test.each(['', 'k'.repeat(256), 'cl\u00e9', 'a\tb', '"open'])(
    'a malformed key (%j) is refused',
    async (key) => {
      const { shopper } = await openCell(stack(), route);
      expectCode(await sendKeyed(shopper, key, route.request), 400, 'idempotency_key_invalid');
      expect(linesOf((await shopper.get()).cart)).toEqual(GIVEN);
    },
  );
}

/** Sends the request and hangs up before the answer can come. */
async function hangUp(
  shopper: Shopper,
  key: string,
  { method, path, body }: WriteRoute['request'],
): Promise<void> {
  const headers = { ...shopper.credentials, 'idempotency-key': key, 'content-type': 'application/json' };
  const request = httpRequest(`${shopper.origin}${path}`, { method, headers });
  request.end(body === undefined ? undefined : JSON.stringify(body), () => request.destroy());
  // `once` would reject with the hang-up's own error.
  await new Promise<void>((resolve) => request.on('error', () => undefined).on('close', resolve));
}

async function addMany(shopper: Shopper, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await shopper.at(index).add('T-001');
}

export function lateRequestTests(route: WriteRoute, stack: () => TestStack, rememberedKeys: number): void {
  test('I-7 the client hung up: the retry finds it applied, or applies it, once', async () => {
    const cell = await openCell(stack(), route);
    await hangUp(cell.shopper, cell.key, route.request);
    const answer = await untilDecided(cell, route.request);
    expect(answer.status).toBe(route.status);
    expectReplay(await sendKeyed(cell.shopper, cell.key, route.request), route);
    await expectOnce(cell.shopper, route);
  });

  test('I-12 after continue-as-new it is a replay', async () => {
    const { shopper, key } = await openCell(stack(), route);
    const { id } = (await sendKeyed(shopper, key, route.request)).cart;
    const [row] = await stack().sql<
      { workflow: string }[]
    >`SELECT workflow_id AS workflow FROM carts WHERE cart_id = ${id}`;
    const handle = stack().temporal.workflow.getHandle(row?.workflow ?? '');
    const { runId } = await handle.describe();
    await addMany(shopper, 10);
    expect((await handle.describe()).runId).not.toBe(runId);
    const again = await sendKeyed(shopper.at(1), key, route.request);
    expectReplay(again, route);
    expect(again.cart.version).toBe(GIVEN_VERSION + route.changes + 10);
  });

  test('I-15 after the cart was cleared it is a replay, and nothing comes back', async () => {
    const { shopper, key } = await openCell(stack(), route);
    await sendKeyed(shopper, key, route.request);
    await shopper.clear();
    const again = await sendKeyed(shopper.at(1), key, route.request);
    expectReplay(again, route);
    expect(again.cart.lines).toEqual([]);
  });

  test('I-16 a request that was refused is judged anew', async () => {
    const { shopper, key } = await openCell(stack(), route);
    const stale = { 'if-match': '"1"' };
    expectCode(await sendKeyed(shopper, key, route.request, stale), 412, 'version_conflict');
    const fresh = await sendKeyed(shopper.at(1), key, route.request, { 'if-match': `"${GIVEN_VERSION}"` });
    expect([fresh.status, fresh.isReplay]).toEqual([route.status, false]);
    await expectOnce(shopper, route);
    expectReplay(await sendKeyed(shopper, key, route.request, stale), route);
  });

  test('I-18 a key that the cart itself has forgotten is a replay all the same, for as long as keys are good', async () => {
    const { shopper, key } = await openCell(stack(), route);
    await sendKeyed(shopper, key, route.request);
    await addMany(shopper, rememberedKeys);
    const again = await sendKeyed(shopper.at(1), key, route.request);
    expectReplay(again, route);
    expect(again.cart.version).toBe(GIVEN_VERSION + route.changes + rememberedKeys);
  });
}
