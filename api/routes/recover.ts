/** The link in a recovery mail: a page (or JSON) that shows what was left and changes nothing, and the button that brings it back. */
import { z } from '@hono/zod-openapi';
import { currentLines } from '../../cart/current-lines.ts';
import type { MailedLink } from '../../contract/abandonment.ts';
import { type LeftCart, readLeftCart } from '../../database/left-cart.ts';
import { mergeResultSchema, recoveryPreviewSchema } from '../answer-schemas.ts';
import { type Call, defineRoute, type Router, wantsPage } from '../define-route.ts';
import { LINK_HEADERS } from '../link-pages/page.tsx';
import { createProblemPage } from '../link-pages/problem-page.tsx';
import { backPage, type Preview, previewPage } from '../link-pages/recover-pages.tsx';
import { type Tongue, tongueOf } from '../link-pages/words.ts';
import { linkErased, linkExpired, type LinkParts, readLink } from '../links.ts';
import { Problem } from '../problem.ts';
import { json, replayed, type Reply } from '../reply.ts';
import { acceptedReply, viewHeaders } from '../write/replies.ts';
import { restoreCart, type Restored, type RestoreParts } from '../write/restore-cart.ts';
import { ACCEPTED_ANSWER, CART_ANSWER } from './cart.ts';
import { mergeBody } from './merge.ts';

export interface RecoverParts extends RestoreParts, LinkParts {}

type LinkCall = Call<{ token: string }>;

const params = z.object({ token: z.string().openapi({ description: 'From the mail.' }) });

/** The link and the cart that it leads to. Throws `link_invalid`, `link_expired` or `erased`. */
async function follow(
  parts: RecoverParts,
  { c, params: { token } }: LinkCall,
): Promise<[LeftCart, MailedLink]> {
  const link = await readLink(parts, c, 'recover', token);
  const left = await readLeftCart(parts.sql, link);
  if (left === 'erased') throw linkErased();
  if (left === 'dead') throw linkExpired();
  return [left, link];
}

async function preview({ facts }: RecoverParts, { view }: LeftCart): Promise<Preview> {
  const read = await facts.read(view.lines.map(({ sku }) => sku));
  if (!read.isComplete)
    throw new Problem('dependency_unavailable', 'The catalogue is out of reach at the moment.');
  const lines = currentLines(view, read.facts);
  const total = lines.reduce((sum, line) => sum + (line.isAvailable ? line.lineTotal : 0), 0);
  return { currency: view.currency, lines, total };
}

const tongueFor = ({ c }: LinkCall, { shop }: RecoverParts): Tongue =>
  tongueOf(c.req.header('accept-language'), shop.locale);

const previewJson = ({ currency, lines, total }: Preview): Reply =>
  json(200, { currency, lines: lines.map(({ options: _own, ...line }) => line), total }, LINK_HEADERS);

async function show(parts: RecoverParts, call: LinkCall): Promise<Reply> {
  const [left] = await follow(parts, call);
  const shown = await preview(parts, left);
  return wantsPage(call.c) ? previewPage(shown, tongueFor(call, parts), parts.shop) : previewJson(shown);
}

function pageAfter(parts: RecoverParts, call: LinkCall): Reply {
  const { shop } = parts;
  if (shop.url === undefined) return backPage(tongueFor(call, parts), shop);
  return { status: 303, body: null, headers: { ...LINK_HEADERS, location: shop.url } };
}

function jsonAfter({ view, isMerged, notices, isReplay }: Restored): Reply {
  return {
    status: 200,
    body: mergeBody(view, isMerged, notices),
    headers: {
      ...LINK_HEADERS,
      ...viewHeaders(view),
      ...replayed(isReplay),
    },
  };
}

async function recover(parts: RecoverParts, call: LinkCall): Promise<Reply> {
  const [left, link] = await follow(parts, call);
  const restored = await restoreCart(parts, call, left, link);
  if (wantsPage(call.c)) return pageAfter(parts, call);
  return 'key' in restored ? acceptedReply(restored.key) : jsonAfter(restored);
}

export function recoverRoutes(router: Router, parts: RecoverParts): void {
  const problemPage = createProblemPage(parts.shop);
  defineRoute(
    router,
    {
      method: 'get',
      path: '/recover/{token}',
      operationId: 'previewRecovery',
      tag: 'Links',
      summary: 'What the link in a recovery mail leads to',
      description:
        'The lines of the cart that was left, at the prices of today. Looking changes nothing and sets no cookie, however often. ' +
        'A page for who accepts `text/html`, JSON for others.',
      access: 'link',
      params,
      problemPage,
      answers: {
        200: {
          description: 'The lines, and nothing about whose they are.',
          schema: recoveryPreviewSchema,
          hasPage: true,
        },
      },
      errors: ['link_invalid', 'link_expired', 'erased'],
    },
    (call) => show(parts, call),
  );
  defineRoute(
    router,
    {
      method: 'post',
      path: '/recover/{token}',
      operationId: 'recoverCart',
      tag: 'Links',
      summary: 'Put what was left into your cart',
      description:
        "The lines of the cart that was left go into the caller's cart (a new guest's where there is none) as in a merge by `max`: the larger " +
        'quantity counts, at the prices of today, and what limits or stock hold back is told. Again, it changes nothing. The cart that ' +
        'was left stays as it is. Browsers are led on to the shop.',
      access: 'write',
      params,
      body: z.strictObject({}).openapi('Recover'),
      isBodyOptional: true,
      form: z.object({}),
      problemPage,
      answers: {
        200: {
          ...CART_ANSWER,
          description:
            "The caller's cart, and what became of the lines; a page where the shop has no address.",
          schema: mergeResultSchema,
          hasPage: true,
        },
        202: ACCEPTED_ANSWER,
        303: {
          description: 'For browsers: the shop.',
          headers: { Location: 'SHOP_URL.' },
        },
      },
      errors: ['link_invalid', 'link_expired', 'erased'],
    },
    (call) => recover(parts, call),
  );
}
