/** Somebody unsubscribes while mails to them are promised or on their way: what was not handed over by then never goes, to whichever cart. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { unsubscribe } from '../../database/unsubscribe.ts';
import { eventually } from '../support/eventually.ts';
import { startAndActAfterLook, startAndActBeforeSend } from '../support/interrupted-sender.ts';
import { type LeftCart, type MailRoom, openMailRoom } from '../support/mail-room.ts';

let room: MailRoom;

beforeAll(async () => {
  room = await openMailRoom();
});
afterEach(() => room.clear());
afterAll(() => room.close());

/** Uses the link in the mail of this cart. Returns the carts to be told. */
async function useLink({ ownerHash, cartId, episode, step }: LeftCart): Promise<string[] | undefined> {
  const [contact] = await room.sql<{ contactId: string }[]>`
    SELECT contact_id AS "contactId" FROM contacts WHERE owner_hash = ${ownerHash}`;
  const link = { contactId: contact?.contactId ?? '', cartId, episode, step };
  return unsubscribe(room.sql, link, { how: 'one-click', requestId: 'r' });
}

async function leaveList(cart: LeftCart): Promise<void> {
  expect(await useLink(cart)).toEqual([expect.stringContaining('cart:g:')]);
}

test('what is promised does not go, the next steps and mails about other carts neither', async () => {
  const cart = await room.leave();
  const next = await room.promise(cart, 2);
  const later = await room.leave({ email: cart.email, dueInMs: 60_000 });
  const stranger = await room.leave();
  const told = await useLink(cart);
  expect(told?.sort()).toEqual([cart.workflowId, later.workflowId].sort());
  room.start();
  expect((await room.settled(stranger.key)).isSent).toBe(true);
  for (const { key } of [cart, next, later])
    expect(await room.row(key)).toMatchObject({ isSent: false, reason: 'unsubscribed' });
  // What a cart promises afterwards, in a process that has not heard of it.
  const { key } = await room.promise(cart, 3);
  expect(await room.settled(key)).toMatchObject({ isSent: false, reason: 'suppressed' });
  expect(room.mailsTo(cart.email)).toEqual([]);
});

test('one that a worker has in its hands, looked at and not yet handed over, does not go', async () => {
  const cart = await room.leave();
  let isGone = false;
  startAndActAfterLook(room, async () => {
    await leaveList(cart);
    isGone = true;
  });
  await eventually(() => isGone);
  // The worker has gone on to the next one.
  expect((await room.settled((await room.leave()).key)).isSent).toBe(true);
  expect(await room.row(cart.key)).toMatchObject({ isSent: false, reason: 'unsubscribed' });
  expect(room.mailsTo(cart.email)).toEqual([]);
});

test('one that the mail server is taking at this moment is out, once, and the last', async () => {
  const cart = await room.leave();
  startAndActBeforeSend(room, () => leaveList(cart));
  await eventually(() => room.mailsTo(cart.email).length === 1);
  const { key } = await room.promise(cart, 2);
  await room.settled(key);
  expect(room.mailsTo(cart.email)).toHaveLength(1);
});

test('at any moment, of forty people, nobody gets a mail after the answer but what was in flight', async () => {
  const carts = await Promise.all(Array.from({ length: 40 }, () => room.leave()));
  room.start();
  room.start();
  await Promise.all(carts.map((cart) => leaveList(cart)));
  const before = room.inbox.list().length;
  for (const cart of carts) {
    const { isSent, reason } = await room.settled(cart.key);
    const mails = room.mailsTo(cart.email).length;
    expect(mails, `${isSent} ${reason}`).toBeLessThanOrEqual(1);
    if (mails === 0) expect(['unsubscribed', 'suppressed']).toContain(reason);
  }
  expect(room.inbox.list().length - before).toBeLessThanOrEqual(16);
});
