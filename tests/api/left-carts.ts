/** Carts that were left and written to, in the API under test; and the ways in which the links of those mails are asked. */
import { expect } from 'vitest';
import { type Mailed, writeTo } from '../support/left-cart.ts';
import { type Answer, createTestApi, newGuest, send, type TestApi, type TestApiOptions } from './test-api.ts';

export type Headers = Record<string, string>;

export const SHOP = 'https://shop.example/cart';

/** What a browser sends when somebody follows a link, and when they press the button on our page. */
export const PAGE = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };
export const FORM = {
  ...PAGE,
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
  origin: 'null',
};

export interface Left extends Mailed {
  /** The owner's. */
  headers: Headers;
  cartId: string;
}

export interface LinkShop {
  api: TestApi;
  /** A guest with two units of T-A and one of T-B, unless said otherwise, who has left and was written to. */
  left(lines?: readonly [sku: string, quantity: number][], sentAt?: number): Promise<Left>;
  mail(cartId: string, sentAt?: number): Promise<Mailed>;
  look(token: string, headers?: Headers): Promise<Answer>;
  recover(token: string, headers?: Headers): Promise<Answer>;
  cartOf(headers: Headers): Promise<Answer['body']>;
  setStock(sku: string, units: number): Promise<void>;
  /** Everything that a look could have changed. */
  traces(): Promise<object>;
}

export async function createLinkShop(options: TestApiOptions = {}): Promise<LinkShop> {
  const environment = { SHOP_URL: SHOP, SHOP_NAME: 'Nail & Co', ...options.environment };
  const api = await createTestApi({ ...options, environment });
  const { sql } = api;
  const mail = (cartId: string, sentAt = api.clock.now) =>
    writeTo(sql, cartId, { keys: api.config.LINK_TOKEN_KEYS, now: () => sentAt });
  return {
    api,
    mail,
    async left(
      lines = [
        ['T-A', 2],
        ['T-B', 1],
      ],
      sentAt,
    ) {
      const [first = ['T-A', 1]] = lines;
      const headers = await newGuest(api, ...first);
      for (const [sku, quantity] of lines.slice(1))
        await api.fetch('/cart/items', send('POST', { sku, quantity }, headers));
      const { body } = await api.fetch('/cart', { headers });
      const cartId = body.id ?? '';
      return { ...(await mail(cartId, sentAt)), headers, cartId };
    },
    look: (token, headers = {}) => api.fetch(`/recover/${token}`, { headers }),
    recover: (token, headers = {}) => api.fetch(`/recover/${token}`, send('POST', {}, headers)),
    cartOf: async (headers) => (await api.fetch('/cart', { headers })).body,
    setStock: async (sku, units) => {
      await sql`UPDATE stock SET available = ${units}, initial = ${units} WHERE sku = ${sku}`;
    },
    async traces() {
      const [counts] = await sql`
        SELECT (SELECT sum(version) FROM carts) AS versions, (SELECT count(*) FROM carts) AS carts,
          (SELECT count(*) FROM suppressions) AS suppressions,
          (SELECT count(*) FROM outbox WHERE cancelled_at IS NULL) AS pending`;
      return { ...counts, messages: api.carts.received.length, signals: api.signals.length };
    },
  };
}

export const quantities = ({ lines }: { lines: readonly { sku: string; quantity: number }[] }): string[] =>
  lines.map(({ sku, quantity }) => `${quantity} × ${sku}`);

export const mergeOf = (answer: Answer) =>
  (answer.body as unknown as { merge: { merged: boolean; adjusted: object[]; dropped: object[] } }).merge;

export function expectPage(answer: Answer, status: number): void {
  expect([answer.status, answer.headers.get('content-type')], answer.text).toEqual([
    status,
    'text/html; charset=utf-8',
  ]);
}
