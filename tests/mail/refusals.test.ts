/**
 * Mail servers that refuse, break off or say nothing: what may be tried again is, what may not is recorded, and no address is kept. Those that
 * are away for a while: outages.test.ts.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type LeftCart, type MailRoom, openMailRoom } from '../support/mail-room.ts';
import { type RudeSmtp, startRudeSmtp, toServer } from '../support/rude-smtp.ts';

let room: MailRoom;
let rude: RudeSmtp;

beforeAll(async () => {
  room = await openMailRoom();
});
beforeEach(async () => {
  rude = await startRudeSmtp();
});
afterEach(async () => {
  await room.clear();
  await rude.close();
});
afterAll(() => room.close());

const toRude = (answerWithinMs?: number) => toServer(rude, answerWithinMs);

/** The row, after a try that did not succeed. */
const tried = (cart: LeftCart) =>
  eventually(async () => {
    const row = await room.row(cart.key);
    return row.attempts > 0 && row.lastError !== null && row;
  });

const tellsNobody = async (cart: LeftCart) => {
  const [name = ''] = cart.email.split('@');
  const stored = await room.sql`SELECT * FROM outbox`;
  const alarms = await room.sql`SELECT * FROM alarms`;
  const proofs = await room.sql`SELECT * FROM suppressions`;
  expect(JSON.stringify([stored, alarms, room.logged])).not.toContain(name);
  expect(JSON.stringify(proofs.map(({ proof }) => proof as unknown))).not.toContain(name);
};

describe('a server that says no for good', () => {
  test('is not asked again: the mail is cancelled with what it said, and the address stays', async () => {
    const cart = await room.leave();
    rude.manners = { '.': `554 5.7.1 <${cart.email}> looks like spam` };
    room.start(toRude());
    expect(await room.settled(cart.key)).toMatchObject({ isSent: false, reason: 'refused', attempts: 1 });
    expect((await room.row(cart.key)).lastError).toContain('554 5.7.1');
    expect(await room.sql`SELECT FROM suppressions`).toHaveLength(0);
    await tellsNobody(cart);
  });

  test('because it does not know the address: nothing is sent there any more', async () => {
    const cart = await room.leave();
    const another = await room.leave({ email: cart.email, dueInMs: 60_000 });
    rude.manners = { RCPT: `550 5.1.1 <${cart.email}>: Recipient address rejected: User unknown` };
    room.start(toRude());
    expect(await room.settled(cart.key)).toMatchObject({ isSent: false, reason: 'bounced' });
    expect(await room.settled(another.key)).toMatchObject({ isSent: false, reason: 'bounced' });
    const [row] = await room.sql`SELECT address_hash, reason, proof FROM suppressions`;
    expect(row).toMatchObject({
      address_hash: `hash of ${cart.email}`,
      reason: 'bounced',
      proof: { message: `recovery:${cart.key}` },
    });
    await tellsNobody(cart);
  });
});

describe('a server that says not now', () => {
  test('gets the mail later', async () => {
    const cart = await room.leave();
    rude.manners = { RCPT: `451 4.7.1 <${cart.email}> greylisted` };
    room.start(toRude());
    const row = await tried(cart);
    expect(row).toMatchObject({ isSent: false, reason: null, attempts: 1 });
    expect(row.dueInMs).toBeGreaterThan(10_000);
    await tellsNobody(cart);
  });

  test('is given up on after three days, and somebody is told', async () => {
    const cart = await room.leave({ ageMs: 73 * 3_600_000 });
    rude.manners = { RCPT: '451 4.7.1 greylisted' };
    room.start(toRude());
    expect(await room.settled(cart.key)).toMatchObject({ isSent: false, reason: 'gave_up' });
    const [alarm] = await room.sql`SELECT kind, subject, facts FROM alarms`;
    expect(alarm).toMatchObject({ kind: 'mail_given_up', subject: `recovery:${cart.key}` });
    await tellsNobody(cart);
  });
});

describe('a server that goes away', () => {
  test('takes the mail and dies before it says so: it comes again, and is the same one', async () => {
    const cart = await room.leave();
    rude.manners = { '.': 'closeAfterData' };
    room.start(toRude());
    await eventually(() => rude.mails.length === 1);
    rude.manners = {};
    await eventually(async () => (await room.row(cart.key)).isSent, { within: 45_000 });
    const ids = rude.mails.map((mail) => /^Message-ID: (.*)$/im.exec(mail)?.[1]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  test('says nothing for ever: the mail is taken back, and the sender stops all the same', async () => {
    const cart = await room.leave();
    rude.manners = { '.': 'hang' };
    const sender = room.start({ ...toRude(60_000), sendWithinMs: 60_000 });
    await eventually(() => rude.mails.length === 1);
    await sender.stop(50);
    const row = await room.row(cart.key);
    expect(row).toMatchObject({ isSent: false, reason: null });
    room.start();
    await eventually(async () => (await room.row(cart.key)).isSent, { within: 60_000 });
  });
});

describe('a mistake of ours', () => {
  test('is tried ten times, then somebody is told; other mails go', async () => {
    const [broken, sound] = [await room.leave(), await room.leave()];
    await room.sql`UPDATE outbox SET attempts = 8 WHERE key = ${broken.key}`;
    const parts = room.parts();
    room.start({
      prepare: async (mail) => {
        if (mail.key === broken.key) throw new Error(`nobody expected this about ${broken.email}`);
        return parts.prepare(mail);
      },
    });
    expect((await room.settled(sound.key)).isSent).toBe(true);
    await eventually(async () => (await room.row(broken.key)).attempts === 9);
    await room.sql`UPDATE outbox SET due_at = now() WHERE key = ${broken.key}`;
    expect(await room.settled(broken.key)).toMatchObject({ reason: 'gave_up', attempts: 10 });
    await tellsNobody(broken);
  });
});
