/** The page behind the link of a recovery mail: it shows what was left, to anybody who has the link, and changes nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, newGuest, send } from './test-api.ts';
import { createLinkShop, type LinkShop, PAGE } from './left-carts.ts';

let shop: LinkShop;
beforeAll(async () => {
  shop = await createLinkShop();
});
afterAll(() => shop.api.close());

describe('looking', () => {
  test('shows the lines at the prices of today as a page, with one button and nothing else that acts', async () => {
    const { recover: token } = await shop.left();
    const { status, headers, text } = await shop.look(token, PAGE);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toMatch(/^<!doctype html><html lang="en">/);
    expect(text).toContain('Nail &amp; Co');
    for (const shown of ['Test product A', 'Quantity 2', '€39.98', '€49.95', '€89.93'])
      expect(text).toContain(shown);
    expect(text.match(/<form method="post">/g)).toHaveLength(1);
    expect(text.match(/<button/g)).toHaveLength(1);
    expect(text).not.toMatch(/<script|javascript:|onload|onclick|<a /i);
  });

  test('has the headers of a page that nobody keeps, frames, indexes or follows', async () => {
    const { recover: token } = await shop.left();
    const { headers } = await shop.look(token, PAGE);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toBe('noindex');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; form-action 'self' https:\/\/shop\.example; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('cart-token')).toBeNull();
  });

  test('changes nothing, however often, whoever it is, by GET or HEAD, and neither sets nor drops a cookie', async () => {
    const { recover: token, headers: owner } = await shop.left();
    const cookie = `__Host-cart=${owner['cart-token']}`;
    const before = await shop.traces();
    for (const headers of [
      {},
      PAGE,
      { cookie },
      { cookie: '__Host-cart=forged' },
      await bearer('ada'),
      owner,
    ]) {
      const seen = await shop.look(token, headers);
      const head = await shop.api.fetch(`/recover/${token}`, { method: 'HEAD', headers });
      expect([seen.status, head.status, head.text]).toEqual([200, 200, '']);
      for (const answer of [seen, head]) {
        expect(answer.headers.get('set-cookie')).toBeNull();
        expect(answer.headers.get('cart-token')).toBeNull();
      }
    }
    expect(await shop.traces()).toEqual(before);
  });

  test('tells programs the same as JSON: what, and not whose', async () => {
    const { recover: token, ownerHash, cartId, link } = await shop.left();
    const { status, body, text } = await shop.look(token);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      currency: 'EUR',
      lines: [
        { title: 'Test product A', quantity: 2, unitPrice: 1_999, lineTotal: 3_998, isAvailable: true },
        { quantity: 1, isAvailable: true },
      ],
    });
    for (const secret of [ownerHash, cartId, link.contactId, 'shopper@example.com', 'cart:g:'])
      expect(text).not.toContain(secret);
    const page = (await shop.look(token, PAGE)).text;
    for (const secret of [ownerHash, cartId, link.contactId, 'shopper@example.com', 'cart:g:'])
      expect(page).not.toContain(secret);
  });

  test('shows neither notes nor what was typed as options', async () => {
    const headers = await newGuest(shop.api);
    const line = { sku: 'T-B', quantity: 1, attributes: { note: 'for my secret love' } };
    const { body } = await shop.api.fetch('/cart/items', send('POST', line, headers));
    const { recover: token } = await shop.mail(body.id ?? '');
    expect((await shop.look(token)).text + (await shop.look(token, PAGE)).text).not.toContain('secret love');
  });

  test('marks what cannot be had any more, and what there is less of', async () => {
    const { recover: token } = await shop.left([
      ['T-A', 2],
      ['T-TEN', 8],
    ]);
    await shop.api.sql`UPDATE variants SET active = false WHERE sku = 'T-A'`;
    await shop.setStock('T-TEN', 3);
    try {
      const { body } = await shop.look(token);
      expect(body.lines).toMatchObject([{ isAvailable: false }, { isAvailable: true, maxQuantity: 3 }]);
      const page = (await shop.look(token, PAGE)).text;
      expect(page).toContain('Not available at the moment');
      expect(page).toContain('Only 3 left');
      const german = (await shop.look(token, { ...PAGE, 'accept-language': 'fr, de-AT;q=0.8, en;q=0.5' }))
        .text;
      expect(german).toContain('<html lang="de-AT">');
      expect(german).toContain('Nur noch 3 da');
    } finally {
      await shop.api.sql`UPDATE variants SET active = true WHERE sku = 'T-A'`;
      await shop.setStock('T-TEN', 10);
    }
  });
});
