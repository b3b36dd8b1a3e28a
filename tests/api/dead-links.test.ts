/** The deaths of a recovery link, alike wherever they must be; what it never was; and what happens while a part of the system is away. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../api/problem.ts';
import { createOrder } from '../../database/orders.ts';
import { anOrder, aPricedOrder } from '../support/checkouts.ts';
import { writeTo } from '../support/left-cart.ts';
import { bearer, createTestApi, expectProblem, newGuest, send } from './test-api.ts';
import { createLinkShop, expectPage, type LinkShop, PAGE, quantities } from './left-carts.ts';

let shop: LinkShop;
beforeAll(async () => {
  shop = await createLinkShop();
});
afterAll(() => shop.api.close());

const LIFE_MS = 7 * 24 * 3_600_000;
let isAway = false;

describe('a link is dead', () => {
  const gone = async (token: string, status: number, code: string) => {
    const headers = await bearer('mallory');
    const before = await shop.traces();
    for (const answer of [await shop.look(token), await shop.recover(token, headers)])
      expectProblem(answer, status, code);
    expectPage(await shop.look(token, PAGE), status);
    expect(await shop.traces()).toEqual(before);
    return { ...(await shop.look(token)).body, instance: '' };
  };

  test('after the order, the unsubscription, the erasure, its time, and with another cart in its place', async () => {
    const [ordered, unsubscribed, emptied, erased, old] = [
      await shop.left(),
      await shop.left(),
      await shop.left(),
      await shop.left(),
      await shop.left(undefined, shop.api.clock.now - LIFE_MS - 1_000),
    ];
    const request = anOrder('co-1', aPricedOrder([{ sku: 'T-A', quantity: 1 }]), {
      cartId: ordered.cartId,
      ownerHash: ordered.ownerHash,
    });
    expect((await createOrder(shop.api.sql, request)).status).toBe('placed');
    expect(
      (await shop.api.fetch(`/unsubscribe/${unsubscribed.unsubscribe}`, { method: 'POST' })).status,
    ).toBe(200);
    await shop.api.carts.complete({
      kind: 'guest',
      workflowId: emptied.workflowId,
      ownerHash: emptied.ownerHash,
    });
    await shop.api.sql`DELETE FROM contacts WHERE contact_id = ${erased.link.contactId}`;
    const bodies = [
      await gone(ordered.recover, 410, 'link_expired'),
      await gone(unsubscribed.recover, 410, 'link_expired'),
      await gone(emptied.recover, 410, 'link_expired'),
    ];
    await gone(erased.recover, 410, 'erased');
    bodies.push(await gone(old.recover, 410, 'link_expired'));
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  });

  test('without a message that it stood in, and after the address has changed', async () => {
    const [never, moved] = [await shop.left(), await shop.left()];
    await shop.api.sql`DELETE FROM outbox WHERE owner_hash = ${never.ownerHash}`;
    await shop.api
      .sql`UPDATE contacts SET address_hash = 'another' WHERE contact_id = ${moved.link.contactId}`;
    await gone(never.recover, 410, 'link_expired');
    await gone(moved.recover, 410, 'link_expired');
  });

  test('when it was never one, or is for something else: alike', async () => {
    const { recover: token, unsubscribe, headers: owner } = await shop.left();
    const bodies = [];
    for (const text of [
      unsubscribe,
      `${token}A`,
      token.slice(0, -1),
      'x',
      'l1.k1.recover.1.e30.x',
      owner['cart-token'] ?? '',
      '%00',
      '%ff',
    ])
      bodies.push(JSON.stringify(await gone(text, 404, 'link_invalid')));
    expect(new Set(bodies).size).toBe(1);
    expectProblem(await shop.api.fetch('/recover/'), 404, 'route_not_found');
    expectProblem(await shop.api.fetch(`/recover/${token}`, { method: 'DELETE' }), 405, 'method_not_allowed');
  });

  test('and opens nothing else while it lives', async () => {
    const { recover: token, unsubscribe } = await shop.left();
    for (const text of [token, unsubscribe]) {
      expectProblem(await shop.api.fetch('/cart', { headers: { 'cart-token': text } }), 401, 'token_invalid');
      expectProblem(
        await shop.api.fetch('/cart', { headers: { authorization: `Bearer ${text}` } }),
        401,
        'token_invalid',
      );
      expectProblem(
        await shop.api.fetch('/orders', { headers: { 'order-token': text } }),
        401,
        'token_invalid',
      );
      expect(
        (await shop.api.fetch('/cart', { headers: { cookie: `__Host-cart=${text}` } })).body.id,
      ).toBeNull();
    }
    expectProblem(await shop.api.fetch(`/unsubscribe/${token}`, { method: 'POST' }), 404, 'link_invalid');
    expect(JSON.stringify(shop.api.logLines())).not.toContain(token);
  });
});

describe('while a part is away', () => {
  test('nothing is put before the cart that was left knows; whatever dies after that, the repeat puts it once', async () => {
    const told: unknown[] = [];
    const recovered = async (...what: unknown[]) => {
      if (isAway) throw new Problem('dependency_unavailable');
      return told.push(what) > 0;
    };
    const never = async () => false;
    const other = await createTestApi({
      dependencies: { recoverySignals: { recovered, contactGiven: never, stopRecovery: never } },
    });
    try {
      const guest = await newGuest(other, 'T-A', 2);
      const { id } = (await other.fetch('/cart', { headers: guest })).body;
      const { recover: token } = await writeTo(other.sql, id ?? '', { keys: other.config.LINK_TOKEN_KEYS });
      const caller = await bearer('niaj');
      const headers = { ...caller, 'idempotency-key': 'k' };
      const post = () => other.fetch(`/recover/${token}`, send('POST', {}, headers));
      const cart = async () => (await other.fetch('/cart', { headers: caller })).body;
      isAway = true;
      expectProblem(await post(), 503, 'dependency_unavailable');
      const page = await other.fetch(`/recover/${token}`, {
        method: 'POST',
        headers: { ...headers, ...PAGE },
      });
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, '2']);
      expect(page.text).toContain('Please try again in a minute');
      expect([told.length, (await cart()).id]).toEqual([0, null]);
      isAway = false;
      // The process dies between the word and the lines: the shopper was here, and presses again.
      other.carts.outage = 'unreachable';
      expectProblem(await post(), 503, 'dependency_unavailable');
      expect(told).toHaveLength(1);
      // It dies between the lines and the answer.
      other.carts.outage = 'lost_answer';
      expectProblem(await post(), 504, 'deadline_exceeded');
      other.carts.outage = 'none';
      const healed = await post();
      expect([healed.status, healed.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
      expect(quantities(healed.body.cart)).toEqual(['2 × T-A']);
      expect(await cart()).toMatchObject({ version: 1, totalQuantity: 2 });
      expect(new Set(told.map((word) => JSON.stringify(word))).size).toBe(1);
    } finally {
      isAway = false;
      await other.close();
    }
  });
});
