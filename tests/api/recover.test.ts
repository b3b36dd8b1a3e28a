/** The button behind the link of a recovery mail: what was left comes into the caller’s cart, once however often, by the rules of a merge. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, expectProblem, guestToken, newGuest, send } from './test-api.ts';
import {
  createLinkShop,
  FORM,
  type Headers,
  type LinkShop,
  mergeOf,
  quantities,
  SHOP,
} from './left-carts.ts';

let shop: LinkShop;
beforeAll(async () => {
  shop = await createLinkShop();
});
afterAll(() => shop.api.close());

describe('the button', () => {
  test('puts the lines into a new guest’s cart, leads on to the shop, and tells the cart that was left', async () => {
    const { recover: token, headers: owner, workflowId, link } = await shop.left();
    const before = await shop.cartOf(owner);
    const answer = await shop.api.fetch(`/recover/${token}`, { method: 'POST', headers: FORM, body: '' });
    expect([answer.status, answer.headers.get('location'), answer.text]).toEqual([303, SHOP, '']);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).toMatch(/^__Host-cart=v1\./);
    expect(quantities(await shop.cartOf({ cookie }))).toEqual(['2 × T-A', '1 × T-B']);
    expect(await shop.cartOf(owner)).toEqual(before);
    const { contactId: _nobody, ...what } = link;
    expect(shop.api.signals.at(-1)).toEqual({ name: 'recovered', workflowId, what });
  });

  test('is merged as by max into the cart of guest or customer, and tells what came of it', async () => {
    const { recover: token } = await shop.left();
    const guest = await newGuest(shop.api, 'T-A', 5);
    for (const [headers, lines] of [
      [guest, ['5 × T-A', '1 × T-B']],
      [await bearer('grace'), ['2 × T-A', '1 × T-B']],
    ] as const) {
      const answer = await shop.recover(token, headers);
      expect(answer.status, answer.text).toBe(200);
      expect(quantities(answer.body.cart)).toEqual(lines);
      expect(mergeOf(answer)).toEqual({ merged: true, adjusted: [], dropped: [] });
      expect(answer.headers.get('etag')).toBe(`"${answer.body.cart.version}"`);
    }
  });

  test('again, it changes nothing: no unit, no version, also after a quantity was raised by hand', async () => {
    const { recover: token } = await shop.left();
    const headers = await bearer('ada');
    const first = await shop.recover(token, headers);
    expect((await shop.recover(token, headers)).text).toBe(first.text);
    const [line] = first.body.cart.lines;
    await shop.api.fetch(`/cart/items/${line?.id}`, send('PATCH', { quantity: 7 }, headers));
    const raised = await shop.cartOf(headers);
    const again = await shop.recover(token, headers);
    expect(again.body.cart).toEqual(raised);
    expect(quantities(again.body.cart)).toEqual(['7 × T-A', '1 × T-B']);
  });

  test('under one key it is one request, whatever was changed in between', async () => {
    const { recover: token, headers: owner } = await shop.left();
    const headers = { ...(await bearer('heidi')), 'idempotency-key': 'once' };
    const first = await shop.recover(token, headers);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    await shop.api.fetch('/cart/items', send('POST', { sku: 'T-C', quantity: 1 }, owner));
    const second = await shop.recover(token, headers);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.text).toBe(first.text);
    const fresh = await shop.recover(token, { ...headers, 'idempotency-key': 'another' });
    expect(quantities(fresh.body.cart)).toEqual(['2 × T-A', '1 × T-B', '1 × T-C']);
    const { recover: other } = await shop.left();
    expectProblem(await shop.recover(other, headers), 422, 'idempotency_key_reused');
  });

  test('by the one who has that very cart puts nothing anywhere, and succeeds', async () => {
    const { recover: token, headers: owner, workflowId } = await shop.left();
    const before = await shop.cartOf(owner);
    const messages = shop.api.carts.received.length;
    const answer = await shop.recover(token, owner);
    expect(answer.body.cart).toEqual(before);
    expect(mergeOf(answer)).toEqual({ merged: false, adjusted: [], dropped: [] });
    expect(shop.api.carts.received).toHaveLength(messages);
    expect(shop.api.signals.at(-1)).toMatchObject({ name: 'recovered', workflowId });
    const cookie = `__Host-cart=${owner['cart-token']}`;
    const page = await shop.api.fetch(`/recover/${token}`, {
      method: 'POST',
      headers: { ...FORM, cookie },
      body: '',
    });
    expect([page.status, page.headers.get('location')]).toEqual([303, SHOP]);
  });

  test('counts as a return also where the caller’s cart takes nothing: no more mails about what was left', async () => {
    const { recover: token, workflowId } = await shop.left();
    const headers = { ...(await bearer('frank')), 'if-match': '"7"' };
    expectProblem(await shop.recover(token, headers), 412, 'version_conflict');
    expect(shop.api.signals.at(-1)).toMatchObject({ name: 'recovered', workflowId });
  });

  test('tells what stock holds back, and makes no cart for what nobody can have', async () => {
    const { recover: token } = await shop.left([['T-TEN', 8]]);
    await shop.setStock('T-TEN', 3);
    const some = await shop.recover(token, await bearer('judy'));
    expect(mergeOf(some).adjusted).toMatchObject([
      { sku: 'T-TEN', wanted: 8, quantity: 3, reason: 'out_of_stock' },
    ]);
    await shop.setStock('T-TEN', 0);
    const none = await shop.recover(token);
    expect(mergeOf(none).dropped).toMatchObject([
      { sku: 'T-TEN', wanted: 8, quantity: 0, reason: 'out_of_stock' },
    ]);
    expect(none.body.cart.version).toBe(0);
    expect(none.headers.get('set-cookie')).toBeNull();
    await shop.setStock('T-TEN', 10);
  });

  test('of an empty cart succeeds and makes none', async () => {
    const { recover: token, headers: owner } = await shop.left();
    await shop.api.fetch('/cart', { method: 'DELETE', headers: owner });
    const answer = await shop.recover(token);
    expect([answer.status, answer.body.cart.lines, mergeOf(answer).merged]).toEqual([200, [], false]);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('does not wait where the caller says so', async () => {
    const { recover: token } = await shop.left();
    const headers = await bearer('ivan');
    const answer = await shop.recover(token, { ...headers, prefer: 'respond-async' });
    expect(answer.status).toBe(202);
    const status = await shop.api.fetch(answer.headers.get('location') ?? '', { headers });
    expect(status.body).toMatchObject({ status: 'applied' });
    expect(quantities(await shop.cartOf(headers))).toEqual(['2 × T-A', '1 × T-B']);
  });

  test('needs no body, takes a form or {}, and nothing else', async () => {
    const { recover: token } = await shop.left();
    const headers = await bearer('kim');
    const post = (type: string | undefined, body?: string) =>
      shop.api.fetch(`/recover/${token}`, {
        method: 'POST',
        headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) },
        ...(body === undefined ? {} : { body }),
      });
    for (const [type, body] of [
      [undefined, undefined],
      ['application/json', '{}'],
      ['application/x-www-form-urlencoded', ''],
      ['application/x-www-form-urlencoded', 'a=b'],
      ['multipart/form-data; boundary=x', '--x--'],
    ] as const)
      expect((await post(type, body)).status).toBe(200);
    expectProblem(await post('application/json', '{"token": 1}'), 422, 'validation_failed');
    expectProblem(await post('text/plain', 'x'), 415, 'unsupported_media_type');
  });

  test('from another site is refused, as a page', async () => {
    const { recover: token, headers: owner } = await shop.left();
    const cookie = `__Host-cart=${(await newGuest(shop.api))['cart-token']}`;
    const before = await shop.traces();
    for (const foreign of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'https://x.shop.example' },
    ]) {
      for (const credential of [{}, { cookie }] as Headers[]) {
        const answer = await shop.api.fetch(`/recover/${token}`, {
          method: 'POST',
          headers: { ...FORM, ...foreign, ...credential },
        });
        expect(answer.status).toBe(403);
        expect(answer.text).toContain('<h1>This came from another page</h1>');
        expect(answer.headers.get('set-cookie')).toBeNull();
      }
    }
    expect(await shop.traces()).toEqual(before);
    expect(owner).toBeDefined();
  });
});

describe('at once', () => {
  test('twenty clicks of one shopper and of twenty shoppers come to the same lines each', async () => {
    const { recover: token } = await shop.left();
    const one = await bearer('olivia');
    const same = await Promise.all(Array.from({ length: 20 }, () => shop.recover(token, one)));
    expect(new Set(same.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await shop.cartOf(one)).toMatchObject({ totalQuantity: 3, version: 1 });
    const many = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => shop.recover(token, await bearer(`peggy-${index}`))),
    );
    for (const answer of many) expect(quantities(answer.body.cart)).toEqual(['2 × T-A', '1 × T-B']);
    const guests = await Promise.all(Array.from({ length: 20 }, () => shop.recover(token)));
    for (const answer of guests)
      expect(quantities(await shop.cartOf({ 'cart-token': guestToken(answer) }))).toEqual([
        '2 × T-A',
        '1 × T-B',
      ]);
  });
});
