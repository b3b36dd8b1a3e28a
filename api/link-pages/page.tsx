/** The frame of the pages behind links in mails, and the headers that go with it: no script, nothing stored, no referrer, not in any index. */
import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Reply } from '../reply.ts';
import { STYLE } from './style.ts';
import type { Tongue } from './words.ts';

const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** Where the pages belong. */
export interface ShopFront {
  name: string;
  /** Absent: there is no page to go on to. */
  url?: string | undefined;
  /** Of readers whose own language is not known. */
  locale: string;
}

export interface PageParts {
  title: string;
  tongue: Tongue;
  shop: ShopFront;
  children: Child;
}

const Page = ({ title, tongue, shop, children }: PageParts) => (
  <html lang={tongue.locale}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>{`${title} · ${shop.name}`}</title>
      <link rel="icon" href="data:," />
      <style>{raw(STYLE)}</style>
    </head>
    <body>
      <main>
        <p class="shop">{shop.name}</p>
        {children}
      </main>
    </body>
  </html>
);

const originOf = (url: string): string => new URL(url).origin;

export interface PageNeeds {
  /** Addresses of the pictures on the page. */
  pictures?: readonly string[];
  /** There is a form, which may lead on to this address (browsers hold the redirect against the policy, too). */
  form?: { leadsTo: string | undefined };
}

/** Nothing but what the page needs. */
function policyFor({ pictures = [], form }: PageNeeds): string {
  const images = [...new Set(pictures.map(originOf))].sort();
  const targets = form
    ? ["'self'", ...(form.leadsTo === undefined ? [] : [originOf(form.leadsTo)])]
    : ["'none'"];
  return [
    "default-src 'none'",
    `style-src ${STYLE_HASH}`,
    `img-src ${['data:', ...images].join(' ')}`,
    `form-action ${targets.join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** On every answer of these routes, pages or not. */
export const LINK_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
  vary: 'Accept, Accept-Language, Origin',
};

export function pageReply(status: number, parts: PageParts, needs: PageNeeds = {}): Reply {
  return {
    status,
    type: 'text/html',
    body: `<!doctype html>${(<Page {...parts} />) as HtmlEscapedString}`,
    headers: { ...LINK_HEADERS, 'content-security-policy': policyFor(needs) },
  };
}
