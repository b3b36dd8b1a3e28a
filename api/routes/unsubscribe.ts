/**
 * The other link in a recovery mail: no more of them. GET shows a page and changes nothing; POST is the page's button, and the one click of
 * mail programs (RFC 8058), which come from servers of their own: no cookie, no Origin, no redirect.
 */
import { z } from '@hono/zod-openapi';
import { readSubscription, unsubscribe } from '../../database/unsubscribe.ts';
import type { Sql } from '../../database/client.ts';
import { type Call, defineRoute, type Router, wantsPage } from '../define-route.ts';
import { LINK_HEADERS } from '../link-pages/page.tsx';
import { createProblemPage } from '../link-pages/problem-page.tsx';
import { askPage, unsubscribedPage } from '../link-pages/unsubscribe-pages.tsx';
import { tongueOf } from '../link-pages/words.ts';
import { linkErased, type LinkParts, readLink } from '../links.ts';
import type { Logger } from '../log.ts';
import type { RecoverySignals } from '../recovery-signals.ts';
import { json, type Reply } from '../reply.ts';

export interface UnsubscribeParts extends LinkParts {
  sql: Sql;
  recoverySignals: Pick<RecoverySignals, 'stopRecovery'>;
  log: Logger;
}

type LinkCall = Call<{ token: string }>;

const params = z.object({ token: z.string().openapi({ description: 'From the mail.' }) });

const oneClick = z.object({
  'List-Unsubscribe': z
    .string()
    .optional()
    .openapi({ examples: ['One-Click'] }),
});

const state = z
  .object({ unsubscribed: z.boolean().openapi({ description: 'Nothing is sent to the address any more.' }) })
  .openapi('Subscription');

function answer({ shop }: UnsubscribeParts, { c }: LinkCall, isUnsubscribed: boolean): Reply {
  if (!wantsPage(c)) return json(200, { unsubscribed: isUnsubscribed }, LINK_HEADERS);
  const tongue = tongueOf(c.req.header('accept-language'), shop.locale);
  return (isUnsubscribed ? unsubscribedPage : askPage)(tongue, shop);
}

async function show(parts: UnsubscribeParts, call: LinkCall): Promise<Reply> {
  const link = await readLink(parts, call.c, 'unsubscribe', call.params.token);
  const known = await readSubscription(parts.sql, link);
  if (!known) throw linkErased();
  return answer(parts, call, known.isSuppressed);
}

/** What the proof says. A body that cannot be read is a POST like any other: whoever has the token may unsubscribe. */
async function howOf({ c, bytes }: LinkCall): Promise<'one-click' | 'page' | 'post'> {
  const type = c.req.header('content-type') ?? '';
  const body = new Response(Buffer.from(bytes), { headers: { 'content-type': type } });
  const fields = await body.formData().catch(() => undefined);
  if (fields?.get('List-Unsubscribe') !== 'One-Click') return 'post';
  return fields.get('via') === 'page' ? 'page' : 'one-click';
}

/** The database is what senders obey; the carts need not be there to be told. */
async function tellCarts(
  { recoverySignals, log }: UnsubscribeParts,
  workflowIds: string[],
  requestId: string,
): Promise<void> {
  const told = await Promise.allSettled(
    workflowIds.map((id) => recoverySignals.stopRecovery(id, 'unsubscribed')),
  );
  const missed = told.filter(({ status }) => status === 'rejected').length;
  if (missed > 0) log.warn({ requestId, missed }, 'unsubscribed; not every cart could be told');
}

async function stop(parts: UnsubscribeParts, call: LinkCall): Promise<Reply> {
  const { requestId } = call;
  const link = await readLink(parts, call.c, 'unsubscribe', call.params.token);
  const workflowIds = await unsubscribe(parts.sql, link, { how: await howOf(call), requestId });
  if (!workflowIds) throw linkErased();
  await tellCarts(parts, workflowIds, requestId);
  return answer(parts, call, true);
}

export function unsubscribeRoutes(router: Router, parts: UnsubscribeParts): void {
  const problemPage = createProblemPage(parts.shop);
  const common = {
    path: '/unsubscribe/{token}',
    tag: 'Links',
    access: 'link',
    params,
    problemPage,
    errors: ['link_invalid', 'link_expired', 'erased'],
  } as const;
  defineRoute(
    router,
    {
      ...common,
      method: 'get',
      operationId: 'previewUnsubscribe',
      summary: 'The page with the button that ends recovery mails',
      description: 'Looking changes nothing. A page for who accepts `text/html`, JSON for others.',
      answers: { 200: { description: 'How matters stand.', schema: state, hasPage: true } },
    },
    (call) => show(parts, call),
  );
  defineRoute(
    router,
    {
      ...common,
      method: 'post',
      operationId: 'unsubscribe',
      summary: 'No more recovery mails to this address',
      description:
        'One-click as in RFC 8058, and the button of the page: no cookie or other credential is looked at. In effect at once, also for what ' +
        'was to be sent next. Again, it is the same.',
      form: oneClick,
      answers: { 200: { description: 'Done, now or before.', schema: state, hasPage: true } },
      errors: [...common.errors, 'payload_too_large', 'request_timeout', 'unsupported_media_type'],
    },
    (call) => stop(parts, call),
  );
}
