/**
 * Reads checkouts where their workflows publish them, and waits for what they become: one LISTEN for all who wait. What a gap of that
 * connection loses is found by looking again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CheckoutView } from '../contract/checkouts.ts';
import { CHECKOUT_CHANNEL, findCheckout } from '../database/checkout-views.ts';
import { isUnavailable, type Sql } from '../database/client.ts';

export interface CheckoutViews {
  /** As it was published last. Undefined: nothing is published yet, or PostgreSQL is away. */
  read(checkoutId: string): Promise<CheckoutView | undefined>;
  /** As soon as it is `enough`, at the latest at `end` (epoch ms); then, and where PostgreSQL is away, as `read`. */
  waitFor(
    checkoutId: string,
    isEnough: (view: CheckoutView) => boolean,
    end: number,
  ): Promise<CheckoutView | undefined>;
}

const LOOK_AGAIN_MS = 500;

export function createCheckoutViews(sql: Sql): CheckoutViews {
  const waiting = new Map<string, Set<AbortController>>();
  let isListening = false;

  function listen(): void {
    if (isListening) return;
    isListening = true;
    const wake = (checkoutId: string) => {
      for (const waiter of waiting.get(checkoutId) ?? []) waiter.abort();
    };
    // The driver tries again by itself once it has listened; until then the next one who waits does.
    sql.listen(CHECKOUT_CHANNEL, wake).catch(() => {
      isListening = false;
    });
  }

  async function read(checkoutId: string): Promise<CheckoutView | undefined> {
    try {
      return await findCheckout(sql, checkoutId);
    } catch (error) {
      if (isUnavailable(error)) return undefined;
      throw error;
    }
  }

  /** Runs `look` with a pause after it that the next message cuts short, also one that came while it looked. */
  async function listening<Result>(
    checkoutId: string,
    pauseMs: number,
    look: () => Promise<Result | undefined>,
  ): Promise<Result | undefined> {
    const waiter = new AbortController();
    const all = waiting.get(checkoutId) ?? new Set();
    waiting.set(checkoutId, all.add(waiter));
    try {
      const found = await look();
      if (found === undefined) await pause(pauseMs, undefined, { signal: waiter.signal });
      return found;
    } catch (error) {
      if (waiter.signal.aborted) return undefined;
      throw error;
    } finally {
      all.delete(waiter);
      if (all.size === 0) waiting.delete(checkoutId);
    }
  }

  return {
    read,
    async waitFor(checkoutId, isEnough, end) {
      listen();
      let last: CheckoutView | undefined;
      const look = async () => {
        last = await read(checkoutId);
        return last && isEnough(last) ? last : undefined;
      };
      for (;;) {
        const leftMs = end - Date.now();
        if (leftMs <= 0) return last;
        const found = await listening(checkoutId, Math.min(LOOK_AGAIN_MS, leftMs), look);
        if (found) return found;
      }
    },
  };
}
