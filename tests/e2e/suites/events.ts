/** Pushed changes: what is changed at one API process shows at the other. */
import { describe, expect, test } from 'vitest';
import { setProduct } from '../../../database/catalogue.ts';
import { guest, linesOf } from '../../support/client.ts';
import type { TestStack } from '../../support/stack.ts';
import { watchCart } from './event-reader.ts';
import { resetCatalogue } from './http-driver.ts';

/** The aim is 250 ms; the bound leaves room for a machine that does other work. */
const MEDIAN_BOUND_MS = 500;
const WORST_BOUND_MS = 5_000;

export function eventSuite(stack: () => TestStack): void {
  describe('live events', () => {
    test('a change at one API process is pushed by the other, soon', async () => {
      const shopper = guest(stack().api);
      await shopper.add('T-A');
      const reader = await watchCart(shopper.at(1));
      await reader.untilVersion(1);
      const delays: number[] = [];
      for (let version = 2; version <= 21; version += 1) {
        const sentAt = Date.now();
        await shopper.at(0).add('T-A');
        delays.push((await reader.untilVersion(version)).at - sentAt);
      }
      reader.close();
      delays.sort((a, b) => a - b);
      expect(delays[10]).toBeLessThan(MEDIAN_BOUND_MS);
      expect(delays.at(-1)).toBeLessThan(WORST_BOUND_MS);
    });

    test('versions only grow, and the last event is the cart as it is', async () => {
      const shopper = guest(stack().api);
      await shopper.add('T-A');
      const reader = await watchCart(shopper.at(1));
      await Promise.all(Array.from({ length: 30 }, (_, index) => shopper.at(index).add('T-A')));
      const last = await reader.untilVersion(31);
      reader.close();
      const versions = reader.events.map(({ id }) => Number(id));
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      expect(last.cart).toEqual((await shopper.get()).cart);
    });

    test('a reader that comes back with Last-Event-ID hears only what it has not seen', async () => {
      const shopper = guest(stack().api);
      await shopper.add('T-A');
      const upToDate = await watchCart(shopper.at(1), '1');
      await shopper.add('T-A');
      await upToDate.untilVersion(2);
      upToDate.close();
      expect(upToDate.events.map(({ id }) => id)).toEqual(['2']);
      const behind = await watchCart(shopper, '1');
      expect(linesOf((await behind.untilVersion(2)).cart)).toEqual(['l1: 2 × T-A']);
      behind.close();
    });

    test('nobody hears of the cart of another', async () => {
      const [mine, yours] = [guest(stack().api), guest(stack().api)];
      await Promise.all([mine.add('T-A'), yours.add('T-B')]);
      const reader = await watchCart(mine);
      await yours.add('T-B');
      await mine.add('T-A');
      await reader.untilVersion(2);
      reader.close();
      expect(reader.events.flatMap(({ cart }) => cart.lines.map((line) => line.sku))).not.toContain('T-B');
    });

    test('a price that moves is pushed as a warning, without a new version', async () => {
      const shopper = guest(stack().api);
      await shopper.add('T-B');
      const reader = await watchCart(shopper);
      await reader.untilVersion(1);
      await setProduct(stack().sql, 'T-B', { price: 5_555 });
      const pushed = () => reader.events.find(({ cart }) => cart.warnings.length > 0);
      await expect.poll(pushed, { timeout: 10_000 }).toMatchObject({ id: '1', event: 'cart' });
      reader.close();
      await resetCatalogue(stack());
    });

    test('who has no cart is told so instead of a stream', async () => {
      const reader = await watchCart(guest(stack().api));
      expect(reader.status).toBe(401);
    });
  });
}
