/**
 * An Update that is refused leaves no history. It comes in at any time, also in the moment in which something falls due and the timer that
 * says so has not fired: a cart that acted then could never be loaded again, for nothing in its history would say why it did.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorkflowBundle } from '../../worker/bundle.ts';
import { replayAll } from '../replay/replay-bundle.ts';
import { beginCheckout } from '../support/absence.ts';
import type { CartUnderTest } from '../support/cart-under-test.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

const CARTS = 4;
const ROUNDS = 60;

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal({
    // Falls due again and again.
    policy: { checkoutPatienceMs: 60 },
    // Checkouts do not get anywhere here.
    activities: (real) => ({ ...real, readCheckoutFacts: () => Promise.reject(new Error('not today')) }),
  });
});
afterAll(() => temporal?.close());

/** Refusals, one after the other. */
async function refuse(cart: CartUnderTest): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { refusal } = await cart.add('T-B', 1);
    expect(refusal?.code).toBe('checkout_in_progress');
  }
}

test('carts that refuse while something falls due can be loaded again', { timeout: 180_000 }, async () => {
  const carts = await Promise.all(
    Array.from({ length: CARTS }, async () => {
      const cart = temporal.cart();
      await cart.add('T-A', 1);
      await beginCheckout(cart);
      return cart;
    }),
  );
  await Promise.all(carts.flatMap((cart) => [refuse(cart), refuse(cart)]));
  const bundle = { codePath: await buildWorkflowBundle() };
  const histories = carts.map(async (cart) => ({
    name: cart.workflowId,
    history: await cart.handle.fetchHistory(),
  }));
  expect(await replayAll(bundle, await Promise.all(histories))).toEqual([]);
});
