/** Several senders, and senders that die: each promised mail goes once, and none is forgotten. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { suppress } from '../../database/suppressions.ts';
import {
  cancelMail,
  claimDueMails,
  holdMail,
  markSent,
  postponeMail,
  readBacklog,
} from '../../database/outbox.ts';
import { createMailer, type Mailer } from '../../mail/mailer.ts';
import { eventually } from '../support/eventually.ts';
import { type MailRoom, openMailRoom } from '../support/mail-room.ts';

let room: MailRoom;

beforeAll(async () => {
  room = await openMailRoom();
});
afterEach(() => room.clear());
afterAll(() => room.close());

/** A mailer that is told of each mail before and after. */
function watched(before: () => Promise<void>, after: () => Promise<void> = async () => undefined): Mailer {
  const mailer = createMailer({ smtpUrl: room.smtpUrl, from: { address: 'orders@shop.example' } });
  return {
    async send(mail, signal) {
      await before();
      await mailer.send(mail, signal);
      await after();
    },
    close: () => mailer.close(),
  };
}

/** What never goes on, as in a process that was killed. */
const dead = () => new Promise<never>(() => undefined);

test('three senders race over 200 mails: each goes once', { timeout: 120_000 }, async () => {
  const carts = [];
  for (let n = 0; n < 200; n += 1) carts.push(await room.leave());
  for (let n = 0; n < 3; n += 1) room.start();
  await eventually(async () => (await readBacklog(room.sql)).due === 0, { within: 60_000 });
  await eventually(async () => (await room.sql`SELECT FROM outbox WHERE sent_at IS NULL`).length === 0);
  const mails = room.inbox.list();
  expect(mails).toHaveLength(200);
  expect(mails.filter(({ deliveries }) => deliveries !== 1)).toEqual([]);
  expect(new Set(mails.flatMap(({ to }) => to))).toEqual(new Set(carts.map(({ email }) => email)));
  const [most] = await room.sql<{ attempts: number }[]>`SELECT max(attempts) AS attempts FROM outbox`;
  expect(most?.attempts).toBe(1);
});

describe('a sender that dies', () => {
  test('after it has taken a mail: another sends it when the lease is over', async () => {
    const cart = await room.leave();
    room.start({ leaseMs: 400, prepare: dead });
    await eventually(async () => (await room.row(cart.key)).attempts === 1);
    room.start();
    expect((await room.settled(cart.key)).isSent).toBe(true);
    expect(room.mailsTo(cart.email).map(({ deliveries }) => deliveries)).toEqual([1]);
  });

  test('while it is sending: another sends it', async () => {
    const cart = await room.leave();
    room.start({ leaseMs: 400, mailer: watched(dead) });
    await eventually(async () => (await room.row(cart.key)).attempts === 1);
    room.start();
    expect((await room.settled(cart.key)).isSent).toBe(true);
    expect(room.mailsTo(cart.email).map(({ deliveries }) => deliveries)).toEqual([1]);
  });

  test('after the server has taken it and before that is noted: it comes again and is one mail', async () => {
    const cart = await room.leave();
    room.start({ leaseMs: 400, mailer: watched(async () => undefined, dead) });
    await eventually(() => room.mailsTo(cart.email).length === 1);
    room.start();
    expect((await room.settled(cart.key)).isSent).toBe(true);
    const [mail, ...more] = room.mailsTo(cart.email);
    expect(more).toEqual([]);
    // The one that hangs may have tried again as well.
    expect(mail?.deliveries).toBeGreaterThanOrEqual(2);
  });
});

describe('somebody unsubscribes', () => {
  const unsubscribe = (email: string) =>
    suppress(room.sql, { addressHash: `hash of ${email}`, reason: 'unsubscribed', proof: {} });

  test('while the mail waits: it does not go', async () => {
    const cart = await room.leave({ dueInMs: 60_000 });
    room.start();
    await unsubscribe(cart.email);
    await room.sql`UPDATE outbox SET due_at = now()`;
    expect(await room.settled(cart.key)).toMatchObject({ isSent: false, reason: 'unsubscribed' });
  });

  test('while a sender looks at everything: it does not go', async () => {
    const cart = await room.leave();
    const parts = room.parts();
    room.start({
      prepare: async (mail) => {
        const prepared = await parts.prepare(mail);
        await unsubscribe(cart.email);
        return prepared;
      },
    });
    expect(await room.settled(cart.key)).toMatchObject({ isSent: false, reason: 'unsubscribed' });
    await eventually(async () => (await room.row(cart.key)).attempts === 1);
    expect(room.mailsTo(cart.email)).toEqual([]);
  });
});

describe('a lease', () => {
  const claim = (leaseMs = 45_000) => claimDueMails(room.sql, { limit: 1, leaseMs });

  test('keeps others away until it is over, and then the first one’s word counts no more', async () => {
    const cart = await room.leave();
    const [mine] = await claim(1);
    if (!mine) throw new Error('nothing was due');
    const [theirs] = await eventually(async () => {
      const mails = await claim();
      return mails.length > 0 && mails;
    });
    expect(theirs?.attempts).toBe(2);
    expect(await holdMail(room.sql, mine, 1_000)).toBe(false);
    expect(await cancelMail(room.sql, mine, 'refused')).toBe(false);
    await postponeMail(room.sql, mine, 60_000);
    expect((await room.row(cart.key)).dueInMs).toBeLessThanOrEqual(0);
    expect(await claim()).toEqual([]);
    // That it has gone is true whoever says it.
    await markSent(room.sql, mine);
    expect(await room.row(cart.key)).toMatchObject({ isSent: true, reason: null });
    expect(theirs && (await holdMail(room.sql, theirs, 1_000))).toBe(false);
  });
});

test('the backlog counts what is due and not settled', async () => {
  await room.leave({ dueInMs: 60_000 });
  await room.leave({ dueInMs: -30_000 });
  const cancelled = await room.leave({ dueInMs: -90_000 });
  await room.sql`UPDATE outbox SET cancelled_at = now(), reason = 'operator' WHERE key = ${cancelled.key}`;
  const { due, oldestDueMs } = await readBacklog(room.sql);
  expect(due).toBe(1);
  expect(oldestDueMs).toBeGreaterThanOrEqual(30_000);
  expect(oldestDueMs).toBeLessThan(60_000);
});
