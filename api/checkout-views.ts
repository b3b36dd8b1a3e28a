/**
 * Reads checkouts where their workflows publish them, and waits for what they become: one LISTEN for all who wait. What a gap of that
 * connection loses is found by looking again.
 */
import { setTimeout } from 'node:timers/promises';
import type { CheckoutView } from '../contract/checkouts.ts';
import { CHECKOUT_CHANNEL, findCheckout } from '../database/checkout-views.ts';
import type { Sql } from '../database/client.ts';
import { unlessAway } from './from-database.ts';

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

  const read = (checkoutId: string) => unlessAway(() => findCheckout(sql, checkoutId));

  /** Its pause is cut short by a message, also by one that came before it. */
  function expectMessage(checkoutId: string) {
    const waiter = new AbortController();
    const all = waiting.get(checkoutId) ?? new Set();
    waiting.set(checkoutId, all.add(waiter));
    return {
      pause: (ms: number) => setTimeout(ms, undefined, { signal: waiter.signal }).catch(() => undefined),
      forget() {
        all.delete(waiter);
        if (all.size === 0) waiting.delete(checkoutId);
      },
    };
  }

  return {
    read,
    async waitFor(checkoutId, isEnough, end) {
      listen();
      for (;;) {
        const message = expectMessage(checkoutId);
        try {
          const view = await read(checkoutId);
          const leftMs = end - Date.now();
          if (leftMs <= 0 || (view && isEnough(view))) return view;
          await message.pause(Math.min(LOOK_AGAIN_MS, leftMs));
        } finally {
          message.forget();
        }
      }
    },
  };
}
