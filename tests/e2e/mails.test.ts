/** From a cart that is left to the mail in the reader's hands and back, through every process of the shop. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({
    apis: 1,
    workers: 2,
    environment: {
      ABANDONMENT_DELAYS: '1s,3s,5s',
      QUIET_HOURS: 'off',
      SHOP_NAME: 'Alder & Ash',
      SHOP_URL: 'https://shop.example',
      SHOP_ADDRESS: '12 Mill Lane, Bath BA1 2QT, United Kingdom',
      MAIL_FROM: 'Alder & Ash <orders@shop.example>',
    },
  });
});
afterAll(() => stack.stop());

/** One browser: keeps its cookie. */
function openBrowser() {
  let cookie = '';
  return async (method: string, place: string, body?: unknown, headers: Record<string, string> = {}) => {
    const url = place.startsWith('http') ? place : `${stack.api[0]}${place}`;
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(cookie === '' ? {} : { cookie }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return {
      status: answer.status,
      etag: answer.headers.get('etag') ?? '',
      body: (isJson ? JSON.parse(text) : {}) as { total: number; lines: { sku: string; quantity: number }[] },
    };
  };
}

async function leaveCart(email: string, locale: string) {
  const browser = openBrowser();
  const { status } = await browser('POST', '/cart/items', { sku: 'T-A', quantity: 2 });
  expect(status).toBe(201);
  const contact = await browser('PUT', '/cart/contact', { email, marketingConsent: true, locale });
  expect(contact.status).toBe(200);
  return browser;
}

const linkIn = (text: string, page: 'recover' | 'unsubscribe'): string =>
  new RegExp(`http://\\S+/${page}/\\S+`).exec(text)?.[0] ?? '';

describe('a cart that is left', () => {
  it('brings three mails, one for each step, each with everything that the law and mail programs want', async () => {
    await leaveCart('ada@shopper.example', 'en-GB');
    const mails = await stack.inbox.to('ada@shopper.example', 3, 60_000);
    expect(mails.map(({ subject }) => subject)).toEqual([
      'Your cart at Alder & Ash is still here',
      expect.stringContaining('Still thinking about'),
      'A last note about your cart at Alder & Ash',
    ]);
    for (const { headers, html, text, from } of mails) {
      expect(from).toBe('orders@shop.example');
      expect(headers['list-unsubscribe']).toMatch(/^<http:\/\/127\.0\.0\.1:\d+\/unsubscribe\/l1\.\S+>$/);
      expect(headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
      for (const body of [html, text]) {
        expect(body).toContain('12 Mill Lane');
        expect(body).toContain('€39.98');
        expect(linkIn(body, 'recover')).not.toBe('');
      }
    }
  });

  it('comes back by the link of its mail, on another device', async () => {
    await leaveCart('bert@shopper.example', 'de-AT');
    const [mail] = await stack.inbox.to('bert@shopper.example', 1, 60_000);
    expect(mail?.subject).toBe('Ihr Warenkorb bei Alder & Ash ist noch da');
    const phone = openBrowser();
    const place = linkIn(mail?.text ?? '', 'recover');
    expect((await phone('GET', place)).status).toBe(200);
    const origin = new URL(place).origin;
    expect((await phone('POST', place, undefined, { origin })).status).toBeLessThan(400);
    const { body } = await phone('GET', '/cart');
    expect(body.lines).toMatchObject([{ sku: 'T-A', quantity: 2 }]);
  });

  it('is written to no more after one click, without cookies', async () => {
    await leaveCart('cora@shopper.example', 'en');
    const [mail] = await stack.inbox.to('cora@shopper.example', 1, 60_000);
    const place = /^<(.*)>$/.exec(mail?.headers['list-unsubscribe'] ?? '')?.[1] ?? '';
    const answer = await fetch(place, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(answer.status).toBe(200);
    const before = (await stack.inbox.to('cora@shopper.example')).length;
    // Somebody who left later has all three by then: enough time for the others of this cart.
    await leaveCart('dora@shopper.example', 'en');
    await stack.inbox.to('dora@shopper.example', 3, 60_000);
    expect(await stack.inbox.to('cora@shopper.example')).toHaveLength(before);
  });
});

describe('an order', () => {
  it('is confirmed by mail, and its cart is not reminded of', async () => {
    const browser = await leaveCart('eve@shopper.example', 'en-GB');
    const { etag, body } = await browser('GET', '/cart');
    const wish = { email: 'eve@shopper.example', expectedTotal: body.total, testOutcome: 'approve' };
    expect((await browser('POST', '/cart/checkout', wish, { 'if-match': etag })).status).toBe(201);
    const mail = await eventually(
      async () =>
        (await stack.inbox.messages()).find(({ subject }) => subject.startsWith('Your order')) ?? false,
      { within: 60_000 },
    );
    expect(mail.to).toEqual(['eve@shopper.example']);
    expect(mail.text).toMatch(/Order number: [\w-]{22}/);
    expect(mail.text).toContain('https://shop.example/orders/');
    expect(mail.headers).not.toHaveProperty('list-unsubscribe');
    await leaveCart('finn@shopper.example', 'en');
    await stack.inbox.to('finn@shopper.example', 3, 60_000);
    const reminders = (await stack.inbox.to('eve@shopper.example')).filter(
      ({ headers }) => 'list-unsubscribe' in headers,
    );
    // One at most, and then from before the order.
    expect(reminders.filter(({ receivedAt }) => receivedAt > mail.receivedAt)).toEqual([]);
  });
});

describe('the addresses', () => {
  it('are in their tables and in the mails, and nowhere else: not in the outbox, not in any log', async () => {
    const rows = await stack.sql`SELECT * FROM outbox`;
    expect(rows.length).toBeGreaterThan(8);
    expect(JSON.stringify(rows)).not.toMatch(/shopper\.example/);
    expect(stack.logs()).not.toMatch(/shopper\.example/);
  });

  it('survive with the mails a restart of the inbox', async () => {
    const before = await stack.inbox.messages();
    await stack.kill('inbox');
    await stack.restart('inbox');
    expect(await stack.inbox.messages()).toEqual(before);
  });
});
