/** No more recovery mails: a page that only asks, one click without cookies as in RFC 8058, twice the same, and in effect at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../api/problem.ts';
import { takeOverContact } from '../../database/contacts.ts';
import { writeTo } from '../support/left-cart.ts';
import { createLinkShop, expectPage, FORM, type Headers, type LinkShop, PAGE } from './left-carts.ts';
import { createTestApi, expectProblem, newGuest } from './test-api.ts';

let shop: LinkShop;
beforeAll(async () => {
  shop = await createLinkShop();
});
afterAll(() => shop.api.close());

const ONE_CLICK = 'List-Unsubscribe=One-Click';
const URLENCODED = { 'content-type': 'application/x-www-form-urlencoded' };

const post = (token: string, headers: Headers = URLENCODED, body: string | null = ONE_CLICK) =>
  shop.api.fetch(`/unsubscribe/${token}`, { method: 'POST', headers, body });

async function suppressionOf(addressHash: string) {
  const [row] = await shop.api.sql<{ reason: string; proof: Record<string, string> }[]>`
    SELECT reason, proof FROM suppressions WHERE address_hash = ${addressHash}`;
  return row;
}

const messagesOf = async (ownerHash: string) =>
  (
    await shop.api.sql<{ reason: string | null }[]>`
      SELECT reason FROM outbox WHERE owner_hash = ${ownerHash} ORDER BY outbox_id`
  ).map(({ reason }) => reason);

describe('the page', () => {
  test('asks, with one button, and changes nothing, however often', async () => {
    const { unsubscribe: token } = await shop.left();
    const before = await shop.traces();
    for (const headers of [PAGE, {}, { cookie: '__Host-cart=x' }] as Headers[]) {
      const answer = await shop.api.fetch(`/unsubscribe/${token}`, { headers });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    const page = await shop.api.fetch(`/unsubscribe/${token}`, { headers: PAGE });
    expectPage(page, 200);
    expect(page.text.match(/<button/g)).toHaveLength(1);
    expect(page.text).not.toMatch(/<script|@example|cart:g:/);
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self';");
    expect((await shop.api.fetch(`/unsubscribe/${token}`)).body).toEqual({ unsubscribed: false });
    expect(await shop.traces()).toEqual(before);
  });

  test('its button ends the mails, and the page says so from then on', async () => {
    const { unsubscribe: token, addressHash } = await shop.left();
    const done = await post(token, FORM, `${ONE_CLICK}&via=page`);
    expectPage(done, 200);
    expect(done.text).toContain('<h1>You are unsubscribed</h1>');
    expect(await suppressionOf(addressHash)).toMatchObject({
      reason: 'unsubscribed',
      proof: { how: 'page' },
    });
    const again = await shop.api.fetch(`/unsubscribe/${token}`, { headers: PAGE });
    expect(again.text).toContain('<h1>You are unsubscribed</h1>');
  });
});

describe('one click', () => {
  test('is answered with 200 and no redirect, without cookies, and leaves proof', async () => {
    const { unsubscribe: token, addressHash, ownerHash, workflowId, link } = await shop.left();
    const answer = await post(token, { ...URLENCODED, 'x-request-id': 'provider-1' });
    expect([answer.status, answer.body, answer.headers.get('set-cookie')]).toEqual([
      200,
      { unsubscribed: true },
      null,
    ]);
    const message = `${link.cartId}:${link.episode}:${link.step}`;
    expect(await suppressionOf(addressHash)).toEqual({
      reason: 'unsubscribed',
      proof: { how: 'one-click', requestId: 'provider-1', message },
    });
    expect(await messagesOf(ownerHash)).toEqual(['unsubscribed']);
    expect(shop.api.signals.at(-1)).toMatchObject({ name: 'stopRecovery', workflowId, what: 'unsubscribed' });
  });

  test('twice is the same: the first proof stays', async () => {
    const { unsubscribe: token, addressHash } = await shop.left();
    const first = await post(token);
    const proof = await suppressionOf(addressHash);
    const second = await post(token);
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect(await suppressionOf(addressHash)).toEqual(proof);
  });

  const boundary = 'multipart/form-data; boundary=xyz';
  const parts =
    '--xyz\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--xyz--\r\n';
  test.each<[string, Headers, string | null, string]>([
    ['as multipart', { 'content-type': boundary }, parts, 'one-click'],
    ['from a server without any header', {}, null, 'post'],
    [
      'from a page of somebody else',
      { ...URLENCODED, 'sec-fetch-site': 'cross-site', origin: 'https://mail.example' },
      ONE_CLICK,
      'one-click',
    ],
    [
      'with a cookie, which counts for nothing',
      { ...URLENCODED, cookie: '__Host-cart=x' },
      ONE_CLICK,
      'one-click',
    ],
    [
      'with a token that has expired',
      { ...URLENCODED, authorization: 'Bearer a.b.c' },
      ONE_CLICK,
      'one-click',
    ],
    [
      'as multipart with more in it',
      { 'content-type': boundary },
      `--xyz\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n${parts}`,
      'one-click',
    ],
    ['with more fields', URLENCODED, `a=b&${ONE_CLICK}&c=%00`, 'one-click'],
    [
      'with a charset',
      { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
      ONE_CLICK,
      'one-click',
    ],
    [
      'from a mail provider’s own origin',
      { ...URLENCODED, origin: 'https://mail.example' },
      ONE_CLICK,
      'one-click',
    ],
    ['from an origin that hides itself', { ...URLENCODED, origin: 'null' }, ONE_CLICK, 'one-click'],
    ['with an empty form', URLENCODED, '', 'post'],
    ['in other words', URLENCODED, 'list-unsubscribe=yes', 'post'],
    ['with a page that only wants HTML', { ...URLENCODED, accept: 'text/html' }, ONE_CLICK, 'one-click'],
    ['with a form that cannot be read', { 'content-type': boundary }, 'nonsense', 'post'],
    ['with another form', URLENCODED, 'a=b', 'post'],
  ])('%s counts', async (_how, headers, body, how) => {
    const { unsubscribe: token, addressHash } = await shop.left();
    expect((await post(token, headers, body)).status).toBe(200);
    expect(await suppressionOf(addressHash)).toMatchObject({ proof: { how } });
  });

  test('as something that is no form does not', async () => {
    const { unsubscribe: token, addressHash } = await shop.left();
    expectProblem(await post(token, { 'content-type': 'text/plain' }), 415, 'unsupported_media_type');
    expect(await suppressionOf(addressHash)).toBeUndefined();
  });

  test('counts for the address: what other carts have promised to it is taken back, and they are told', async () => {
    const one = await shop.left();
    const guest = await newGuest(shop.api);
    const { id } = await shop.cartOf(guest);
    const keys = shop.api.config.LINK_TOKEN_KEYS;
    const other = await writeTo(shop.api.sql, id ?? '', { keys, addressHash: one.addressHash });
    const stranger = await shop.left();
    await post(one.unsubscribe);
    expect(await messagesOf(other.ownerHash)).toEqual(['unsubscribed']);
    expect(await messagesOf(stranger.ownerHash)).toEqual([null]);
    const told = shop.api.signals.filter(({ name }) => name === 'stopRecovery').slice(-2);
    expect(told.map(({ workflowId }) => workflowId).sort()).toEqual(
      [one.workflowId, other.workflowId].sort(),
    );
    expectProblem(await shop.look(other.recover), 410, 'link_expired');
  });

  test('means the address that the mail went to, not the one that the shopper has given since', async () => {
    const { unsubscribe: token, addressHash, link } = await shop.left();
    await shop.api.sql`UPDATE contacts SET address_hash = 'given-since' WHERE contact_id = ${link.contactId}`;
    await post(token);
    expect(await suppressionOf(addressHash)).toBeDefined();
    expect(await suppressionOf('given-since')).toBeUndefined();
  });

  test('works where the guest has become a customer with a contact of their own, and the address is the same', async () => {
    const [guest, account] = [await shop.left(), await shop.left()];
    const { addressHash } = guest;
    await shop.api
      .sql`UPDATE contacts SET address_hash = ${addressHash} WHERE owner_hash = ${account.ownerHash}`;
    await takeOverContact(shop.api.sql, guest.ownerHash, account.ownerHash);
    expect((await shop.api.fetch(`/unsubscribe/${guest.unsubscribe}`)).body).toEqual({ unsubscribed: false });
    expect((await post(guest.unsubscribe)).status).toBe(200);
    expect(await suppressionOf(addressHash)).toBeDefined();
    expect(await messagesOf(account.ownerHash)).toEqual(['unsubscribed']);
  });

  test('does not touch what was sent already, nor confirmations of orders', async () => {
    const { unsubscribe: token, ownerHash } = await shop.left();
    await shop.api.sql`UPDATE outbox SET sent_at = now() WHERE owner_hash = ${ownerHash}`;
    await shop.api.sql`
      INSERT INTO outbox (purpose, key, payload, owner_hash) VALUES ('order_confirmation', ${ownerHash}, '{}', ${ownerHash})`;
    await post(token);
    expect(await messagesOf(ownerHash)).toEqual([null, null]);
  });

  test('twenty at once come to one suppression', async () => {
    const { unsubscribe: token, addressHash } = await shop.left();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(token)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['200 {"unsubscribed":true}']),
    );
    expect(await suppressionOf(addressHash)).toBeDefined();
  });
});

describe('a link', () => {
  test('that is none, for something else, too old, or of somebody erased, says so', async () => {
    const left = await shop.left(undefined, shop.api.clock.now - 366 * 24 * 3_600_000);
    expectProblem(await post(left.recover), 404, 'link_invalid');
    expectProblem(await post(`${left.unsubscribe}x`), 404, 'link_invalid');
    expectProblem(await post(left.unsubscribe), 410, 'link_expired');
    const erased = await shop.left();
    await shop.api.sql`DELETE FROM contacts WHERE contact_id = ${erased.link.contactId}`;
    expectProblem(await post(erased.unsubscribe), 410, 'erased');
    expectProblem(await shop.api.fetch(`/unsubscribe/${erased.unsubscribe}`), 410, 'erased');
    expectPage(await post(erased.unsubscribe, FORM), 410);
  });

  test('works for a year, long after the mail’s other link', async () => {
    const left = await shop.left(undefined, shop.api.clock.now - 300 * 24 * 3_600_000);
    expectProblem(await shop.look(left.recover), 410, 'link_expired');
    expect((await post(left.unsubscribe)).status).toBe(200);
  });
});

test('with Temporal away it is done all the same: senders obey the database', async () => {
  const away = async () => {
    throw new Problem('dependency_unavailable');
  };
  const recoverySignals = { recovered: away, contactGiven: away, stopRecovery: away };
  const api = await createTestApi({ dependencies: { recoverySignals } });
  try {
    const { id } = (await api.fetch('/cart', { headers: await newGuest(api) })).body;
    const keys = api.config.LINK_TOKEN_KEYS;
    const { unsubscribe: token } = await writeTo(api.sql, id ?? '', { keys });
    expect((await api.fetch(`/unsubscribe/${token}`, { method: 'POST' })).status).toBe(200);
    expect(await api.sql`SELECT reason FROM suppressions`).toMatchObject([{ reason: 'unsubscribed' }]);
    expect(JSON.stringify(api.logLines())).toContain('not every cart could be told');
  } finally {
    await api.close();
  }
});
