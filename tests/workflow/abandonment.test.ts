/** How a cart lives through the absence of its shopper: weeks of it, skipped on the real server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AbandonmentView } from '../../contract/abandonment.ts';
import { abandonmentQuery } from '../../workflows/messages.ts';
import type { CartUnderTest } from '../support/cart-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { giveContact, promisedMails } from '../support/recovery.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal({ policy: { recoveryDelaysMs: [HOUR, DAY, 3 * DAY] } });
});
afterAll(() => temporal?.close());

const ask = (cart: CartUnderTest): Promise<AbandonmentView> => cart.handle.query(abandonmentQuery);

const mailsOf = async (cart: CartUnderTest): Promise<string[]> =>
  (await promisedMails(temporal.sql, cart.ownerHash)).map(
    ({ payload: { episode, step } }) => `${episode}:${step}`,
  );

/** A cart with one line of a shopper who may be written to. */
async function leftCart(kind: 'guest' | 'customer' = 'guest'): Promise<CartUnderTest> {
  const cart = temporal.cart({ kind });
  await giveContact(temporal.sql, cart.ownerHash);
  await cart.add('T-A', 1);
  return cart;
}

describe('a shopper who stays away', () => {
  test.each(['guest', 'customer'] as const)('is sent one message at each delay: %s', async (kind) => {
    const cart = await leftCart(kind);
    const left = (await cart.view()).updatedAt;
    await cart.skip(HOUR - MINUTE);
    expect(await mailsOf(cart)).toEqual([]);
    expect((await ask(cart)).episode).toBeUndefined();
    await cart.skip(2 * MINUTE);
    expect(await mailsOf(cart)).toEqual(['1:1']);
    expect(await ask(cart)).toMatchObject({ status: 'active', episode: 1, step: 1, isOver: false });
    expect(await cart.view()).toMatchObject({ version: 1, abandonedAt: left });
    expect((await cart.row())?.abandoned_at).toEqual(new Date(left ?? ''));
    await cart.skip(DAY);
    expect(await mailsOf(cart)).toEqual(['1:1', '1:2']);
    await cart.skip(2 * DAY);
    expect(await mailsOf(cart)).toEqual(['1:1', '1:2', '1:3']);
    await cart.skip(30 * DAY);
    expect(await mailsOf(cart)).toEqual(['1:1', '1:2', '1:3']);
    expect((await cart.view()).version).toBe(1);
  });

  test('comes back: the next change says so, and the next absence is another one', async () => {
    const cart = await leftCart();
    await cart.skip(2 * HOUR);
    await cart.add('T-A', 1);
    expect(await cart.view()).not.toHaveProperty('abandonedAt');
    expect((await cart.row())?.abandoned_at).toBeNull();
    await eventually(async () =>
      expect((await cart.audit()).at(-1)?.change).toMatchObject({ recovered: { episode: 1, messages: 1 } }),
    );
    await cart.skip(2 * HOUR);
    expect(await mailsOf(cart)).toEqual(['1:1', '2:1']);
  });
});
