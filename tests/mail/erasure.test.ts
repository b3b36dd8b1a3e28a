/** Somebody is forgotten while a mail to them is on its way: at every point it is either out already, or it never goes. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eraseOwner } from '../../database/erasures.ts';
import { eventually } from '../support/eventually.ts';
import { startAndActAfterLook, startAndActBeforeSend } from '../support/interrupted-sender.ts';
import { type LeftCart, type MailRoom, openMailRoom } from '../support/mail-room.ts';
import { rowsWith } from '../support/search-everything.ts';

let room: MailRoom;

beforeAll(async () => {
  room = await openMailRoom();
});
afterEach(() => room.clear());
afterAll(() => room.close());

const forget = ({ ownerHash }: LeftCart) =>
  eraseOwner(room.sql, { ownerHash, actor: 'operator:o', requestId: 'r' });

const expectForgotten = async ({ email }: LeftCart): Promise<void> => {
  expect(await rowsWith(room.sql, email)).toEqual([]);
  expect(room.logged.join('\n')).not.toContain(email);
};

test('before the look, it does not go', async () => {
  const cart = await room.leave();
  expect(await forget(cart)).toEqual({ contacts: 1, checkouts: 0, messages: 1 });
  room.start();
  expect(await room.row(cart.key)).toMatchObject({ isSent: false, reason: 'erased' });
  await expectForgotten(cart);
});

test('between the look and the hand-over, it does not go', async () => {
  const cart = await room.leave();
  let isForgotten = false;
  startAndActAfterLook(room, async () => {
    await forget(cart);
    isForgotten = true;
  });
  await eventually(() => isForgotten);
  const other = await room.leave();
  await room.settled(other.key);
  expect(await room.row(cart.key)).toMatchObject({ isSent: false, reason: 'erased' });
  expect(room.mailsTo(cart.email)).toEqual([]);
  await expectForgotten(cart);
});

test.each(['taken', 'refused'] as const)(
  'while the server has it in its hands and it is %s, the address is gone all the same',
  async (answer) => {
    const cart = await room.leave();
    startAndActBeforeSend(room, async () => {
      await forget(cart);
      if (answer === 'refused') throw new Error(`550 no such user <${cart.email}>`);
    });
    await room.settled(cart.key);
    await eventually(() => answer === 'refused' || room.mailsTo(cart.email).length === 1);
    await expectForgotten(cart);
  },
);

test('at any moment, of forty people, nobody gets a mail that was not sent before, nor a second one', async () => {
  const carts = await Promise.all(Array.from({ length: 40 }, () => room.leave()));
  room.start();
  room.start();
  await Promise.all(carts.map((cart) => forget(cart)));
  const before = room.inbox.list().length;
  for (const cart of carts) {
    const { isSent, reason } = await room.settled(cart.key);
    const mails = room.mailsTo(cart.email).length;
    expect(mails, `${isSent} ${reason}`).toBeLessThanOrEqual(1);
    if (mails === 0) expect(['erased', 'no_contact']).toContain(reason);
    await expectForgotten(cart);
  }
  // What was in flight when the last one was forgotten: one for each slot of the two senders at most.
  expect(room.inbox.list().length - before).toBeLessThanOrEqual(16);
});
