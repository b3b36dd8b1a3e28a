/** The gateway in memory keeps what the real one promises, so that tests of routes may rely on it. */
import { describe, expect, test } from 'vitest';
import { CartGone, type CartOwner } from '../../api/carts.ts';
import type { Publication } from '../../cart/publication.ts';
import type { CartOperation, CartRequest } from '../../contract/operations.ts';
import { createCartsInMemory } from '../support/carts-in-memory.ts';
import { simpleFacts } from '../support/facts.ts';

const guest: CartOwner = { kind: 'guest', workflowId: 'cart:g:1', ownerHash: 'g1' };
const customer: CartOwner = { kind: 'customer', workflowId: 'cart:u:1', ownerHash: 'u1' };
const create = { mayCreate: true };

const request = (key: string, ...operations: CartOperation[]): CartRequest => ({
  key,
  fingerprint: JSON.stringify(operations),
  attempt: crypto.randomUUID(),
  actor: 'guest:g1',
  requestId: 'request',
  atomic: true,
  operations,
});

const addA: CartOperation = { type: 'addItem', sku: 'A', quantity: 2, facts: simpleFacts('A') };
const byHand: CartOperation = { type: 'addItem', sku: 'A', quantity: 2 };
const removeNothing: CartOperation = { type: 'removeItem', lineId: 'l9' };

describe('the gateway in memory', () => {
  test('makes a cart where it may, and answers undefined where it may not', async () => {
    const carts = createCartsInMemory();
    expect(await carts.submit(guest, request('k', addA), { mayCreate: false })).toBeUndefined();
    expect(await carts.queryView(guest)).toBeUndefined();
    expect(await carts.submit(guest, request('k', addA), create)).toMatchObject({ version: 1 });
    expect(await carts.queryView(guest)).toMatchObject({ owner: 'guest', totalQuantity: 2 });
    expect(await carts.queryView(customer)).toBeUndefined();
    expect(carts.received).toHaveLength(2);
  });

  test('applies a key once, and knows what became of it', async () => {
    const carts = createCartsInMemory();
    const first = await carts.submit(guest, request('k', addA), create);
    expect(await carts.submit(guest, request('k', addA), create)).toEqual(first);
    expect(await carts.queryStatus(guest, 'k')).toEqual({ status: 'applied', version: 1 });
    expect(await carts.queryStatus(guest, 'unheard')).toBeUndefined();
  });

  test('keeps what became of signals', async () => {
    const carts = createCartsInMemory();
    await carts.submitAsync(guest, request('k1', addA));
    await carts.submitAsync(guest, request('k2', removeNothing));
    await carts.submitAsync(guest, request('k3', byHand));
    expect(await carts.queryStatus(guest, 'k1')).toMatchObject({ status: 'applied' });
    expect(await carts.queryStatus(guest, 'k2')).toMatchObject({ refusal: { code: 'line_not_found' } });
    expect(await carts.queryStatus(guest, 'k3')).toEqual({ status: 'pending' });
  });

  test('fails as the real one does', async () => {
    const carts = createCartsInMemory();
    carts.outage = 'unreachable';
    await expect(carts.submit(guest, request('k', addA), create)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    expect(await carts.isReachable()).toBe(false);
    carts.outage = 'no_answer';
    await expect(carts.queryView(guest)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    carts.outage = 'lost_answer';
    await expect(carts.submit(guest, request('k', addA), create)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    carts.outage = 'none';
    expect(carts.stateOf(guest)).toMatchObject({ version: 1 });
  });

  test("says that a guest's cart is gone, and begins a customer's anew", async () => {
    const carts = createCartsInMemory();
    for (const owner of [guest, customer]) {
      await carts.submit(owner, request('k', addA), create);
      await carts.expire(owner);
      expect(await carts.queryView(owner)).toBeUndefined();
    }
    await expect(carts.submit(guest, request('k2', addA), create)).rejects.toThrow(CartGone);
    expect(await carts.submit(customer, request('k', addA), create)).toMatchObject({ version: 1 });
  });

  test('publishes before it answers, unless that is slow; what waited comes with the next', async () => {
    const published: Publication[] = [];
    const carts = createCartsInMemory({ publish: async (publication) => void published.push(publication) });
    await carts.submit(guest, request('k1', addA), create);
    expect(published).toHaveLength(1);
    carts.isPublicationSlow = true;
    await carts.submit(guest, request('k2', addA), create);
    expect(published).toHaveLength(1);
    carts.isPublicationSlow = false;
    await carts.complete(guest);
    expect(published.map(({ state }) => state.version)).toEqual([1, 3]);
    expect(published[1]).toMatchObject({ audit: [{ key: 'k2' }], finished: [{ status: 'completed' }] });
  });

  test('closes a cart as a checkout does', async () => {
    const carts = createCartsInMemory();
    await carts.submit(guest, request('k1', addA), create);
    carts.setStatus(guest, 'checkout');
    expect(await carts.submit(guest, request('k2', addA), create)).toMatchObject({
      refusal: { code: 'checkout_in_progress' },
    });
  });
});
