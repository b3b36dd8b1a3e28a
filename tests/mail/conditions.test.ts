/** Right before a mail goes, everything is looked at again: each condition that fails cancels it, with its reason, and nothing is sent. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { suppress } from '../../database/suppressions.ts';
import { createLinkTokens } from '../../mail/link-tokens.ts';
import { CartSilent } from '../../activities/ask-temporal.ts';
import { anOrder, aPricedOrder, aReservation } from '../support/checkouts.ts';
import { createActivities } from '../../activities/create-activities.ts';
import { eventually } from '../support/eventually.ts';
import { LINK_KEY, type LeftCart, type MailRoom, openMailRoom } from '../support/mail-room.ts';
import { aLine } from '../support/publication.ts';

let room: MailRoom;

beforeAll(async () => {
  room = await openMailRoom();
});
afterEach(() => room.clear());
afterAll(() => room.close());

const view = ({ cartId, episode }: LeftCart, more = {}) => ({
  cartId,
  episode,
  status: 'active',
  step: 1,
  isOver: false,
  ...more,
});

describe('a promised mail whose conditions hold', () => {
  test('goes once, to the contact, with all that mail programs and the law want', async () => {
    const cart = await room.leave({ locale: 'de-AT', lines: [aLine({ quantity: 2 })] });
    room.start();
    expect(await room.settled(cart.key)).toMatchObject({ isSent: true, reason: null, attempts: 1 });
    const [mail, ...others] = room.mailsTo(cart.email);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe('Ihr Warenkorb bei Alder & Ash ist noch da');
    expect(mail?.headers).toMatchObject({
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
      'message-id': expect.stringMatching(/^<recovery\.[0-9a-f]{32}@shop\.example>$/),
    });
    for (const body of [mail?.text, mail?.html]) {
      expect(body).toContain('12 Mill Lane');
      expect(body?.replaceAll('\u00a0', ' ')).toContain('39,98');
    }
    expect(room.recorded).toEqual([{ purpose: 'recovery', outcome: 'sent' }]);
  });

  test('carries links that name this message and nobody’s address', async () => {
    const cart = await room.leave();
    room.start();
    await room.settled(cart.key);
    const [mail] = room.mailsTo(cart.email);
    const tokens = createLinkTokens({ keys: [LINK_KEY], now: Date.now });
    const link = { cartId: cart.cartId, episode: 3, step: 1 };
    const [, recover = ''] = /https:\/\/api\.shop\.example\/recover\/(\S+)/.exec(mail?.text ?? '') ?? [];
    expect(tokens.verify('recover', recover)).toMatchObject(link);
    const [, stop = ''] =
      /^<https:\/\/api\.shop\.example\/unsubscribe\/(\S+)>$/.exec(mail?.headers['list-unsubscribe'] ?? '') ??
      [];
    expect(tokens.verify('unsubscribe', stop)).toMatchObject(link);
    expect(mail?.html).toContain(recover);
    expect(Buffer.from(recover.split('.')[4] ?? '', 'base64url').toString()).not.toContain('@');
  });

  test('shows prices and stock of now, not of when the cart was left', async () => {
    const cart = await room.leave({
      lines: [aLine({ unitPrice: 1 }), aLine({ id: 'l2', sku: 'T-OFF', title: 'Gone' })],
    });
    room.start();
    await room.settled(cart.key);
    const [mail] = room.mailsTo(cart.email);
    expect(mail?.text).toContain('€19.99');
    expect(mail?.text).toContain('Not available at the moment');
  });
});

describe('a mail is not sent, and says why', () => {
  const conditions: [reason: string, spoil: (cart: LeftCart) => unknown][] = [
    ['no_contact', ({ ownerHash }) => room.sql`DELETE FROM contacts WHERE owner_hash = ${ownerHash}`],
    [
      'no_basis',
      ({ ownerHash }) => room.sql`
      UPDATE contacts SET consent_at = NULL, consent_source = NULL WHERE owner_hash = ${ownerHash}`,
    ],
    [
      'suppressed',
      ({ email }) => room.sql`
      INSERT INTO suppressions (address_hash, reason, proof) VALUES (${`hash of ${email}`}, 'complaint', '{}')`,
    ],
    [
      'unsubscribed',
      ({ email }) =>
        suppress(room.sql, { addressHash: `hash of ${email}`, reason: 'unsubscribed', proof: {} }),
    ],
    ['contact_changed', ({ key }) => room.sql`UPDATE outbox SET address_hash = 'another' WHERE key = ${key}`],
    [
      'cart_changed',
      ({ cartId }) => room.sql`UPDATE carts SET status = 'checkout' WHERE cart_id = ${cartId}`,
    ],
    [
      'cart_changed',
      ({ cartId }) => room.sql`UPDATE carts SET cart_id = 'the next' WHERE cart_id = ${cartId}`,
    ],
    ['cart_changed', (cart) => room.answers.set(cart.workflowId, 'gone')],
    ['cart_changed', (cart) => room.answers.set(cart.workflowId, view(cart, { status: 'checkout' }))],
    ['cart_changed', (cart) => room.answers.set(cart.workflowId, view(cart, { cartId: 'the next' }))],
    ['episode_over', (cart) => room.answers.set(cart.workflowId, view(cart, { isOver: true }))],
    ['episode_over', (cart) => room.answers.set(cart.workflowId, view(cart, { episode: 4 }))],
    ['nothing_available', () => room.sql`UPDATE variants SET active = false WHERE sku = 'T-A'`],
  ];

  test.each(conditions)('%s', async (reason, spoil) => {
    const cart = await room.leave();
    await spoil(cart);
    room.start();
    expect(await room.settled(cart.key)).toMatchObject({ isSent: false, reason });
    expect(room.inbox.list()).toEqual([]);
    await room.sql`UPDATE variants SET active = true WHERE sku = 'T-A'`;
  });

  test('ordered: an order of this cart, however the read model and the cart stand', async () => {
    const cart = await room.leave();
    const activities = createActivities({ sql: room.sql });
    const priced = aPricedOrder();
    const owner = { cartId: cart.cartId, ownerHash: cart.ownerHash };
    await activities.reserveStock({ ...aReservation({ checkoutId: 'co-1', items: priced.lines }), ...owner });
    await activities.createOrder({ ...anOrder('co-1', priced), ...owner });
    room.start();
    expect(await room.settled(cart.key)).toMatchObject({ isSent: false, reason: 'ordered' });
    expect(room.mailsTo(cart.email)).toEqual([]);
  });

  test('superseded: when the next mail of the same absence is due too, an old one stays behind', async () => {
    const cart = await room.leave({ ageMs: 23 * 3_600_000 });
    const second = await room.promise(cart, 2);
    room.start();
    expect((await room.settled(cart.key)).reason).toBe('superseded');
    expect((await room.settled(second.key)).isSent).toBe(true);
    expect(room.mailsTo(cart.email)).toHaveLength(1);
  });
});

describe('a mail waits', () => {
  test('until it is due', async () => {
    const [later, now] = [await room.leave({ dueInMs: 60_000 }), await room.leave()];
    room.start();
    await room.settled(now.key);
    expect(await room.row(later.key)).toMatchObject({ isSent: false, attempts: 0 });
  });

  test('while the cart does not answer, and goes when it does', async () => {
    const cart = await room.leave();
    room.answers.set(cart.workflowId, new CartSilent('The cart does not answer.'));
    room.start();
    await eventually(async () => (await room.row(cart.key)).attempts > 1);
    expect(await room.row(cart.key)).toMatchObject({ isSent: false, reason: null });
    room.answers.delete(cart.workflowId);
    expect((await room.settled(cart.key)).isSent).toBe(true);
    expect(room.mailsTo(cart.email)).toHaveLength(1);
  });

  test('through the quiet hours of its reader, when something has held it up into them', async () => {
    const hour = new Date().getUTCHours();
    const minutes = (shift: number) => ((hour + shift + 24) % 24) * 60;
    const quiet = await openMailRoom({ quietHours: { from: minutes(-1), to: minutes(2) }, timeZone: 'UTC' });
    try {
      const [asleep, awake] = [await quiet.leave(), await quiet.leave({ timeZone: 'Etc/GMT+10' })];
      quiet.start();
      await quiet.settled(awake.key);
      const row = await eventually(async () => {
        const found = await quiet.row(asleep.key);
        return found.attempts > 0 && found.dueInMs > 0 && found;
      });
      expect(row).toMatchObject({ isSent: false, reason: null });
      expect(row.dueInMs).toBeGreaterThan(59 * 60_000);
      expect(quiet.mailsTo(asleep.email)).toEqual([]);
    } finally {
      await quiet.close();
    }
  });
});
