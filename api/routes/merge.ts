/** The guest's cart goes into the customer's, at login. */
import { z } from '@hono/zod-openapi';
import type { MergeNotice, MergeNotices, MergeStrategy } from '../../contract/operations.ts';
import { mergeResultSchema } from '../answer-schemas.ts';
import { type Call, defineRoute, type Router } from '../define-route.ts';
import { isUnavailable } from '../../database/client.ts';
import { takeOverContact } from '../../database/contacts.ts';
import { replayed, type Reply } from '../reply.ts';
import type { LoadedView } from '../views.ts';
import { type Merged, mergeCarts, mergeCartsLater } from '../write/merge-carts.ts';
import { acceptedReply, refusalProblem, viewHeaders, viewOf } from '../write/replies.ts';
import type { WriteParts } from '../write/submit-change.ts';
import { ACCEPTED_ANSWER, CART_ANSWER } from './cart.ts';

const mergeSchema = z
  .strictObject({
    strategy: z.enum(['sum', 'max', 'guestWins', 'accountWins']).optional().openapi({
      description: 'How the quantities of equal lines come together; `sum` where it is missing.',
    }),
  })
  .openapi('Merge');

function record({ metrics }: WriteParts, { refusal, isMerged, isReplay }: Merged): void {
  if (isReplay) metrics.recordReplay();
  else metrics.recordOperation('merge', refusal?.code ?? (isMerged ? 'ok' : 'nothing_to_merge'));
}

/** Members in one order, wherever the notice was kept: repeats answer alike to the letter. */
const noticeView = ({ sku, title, lineId, wanted, quantity, reason }: MergeNotice) => ({
  sku,
  title,
  lineId,
  wanted,
  quantity,
  reason,
});

/** The merge is done, whatever becomes of this: a contact that stays behind is found by erasure and retention. */
async function takeContactAlong({ sql }: WriteParts, guestHash: string, ownerHash: string): Promise<void> {
  await takeOverContact(sql, guestHash, ownerHash).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
  });
}

/** The cart, and what came of the lines that were to go into it. */
export function mergeBody(view: LoadedView, isMerged: boolean, { adjusted, dropped }: MergeNotices): string {
  const merge = JSON.stringify({
    merged: isMerged,
    adjusted: adjusted.map(noticeView),
    dropped: dropped.map(noticeView),
  });
  return `{"cart":${view.text},"merge":${merge}}`;
}

async function answer(parts: WriteParts, call: Call, merged: Merged): Promise<Reply> {
  record(parts, merged);
  const { guest } = call.caller;
  if (merged.refusal) throw await refusalProblem(parts, call, merged, merged.refusal);
  if (merged.isMerged && guest) {
    await takeContactAlong(parts, guest.owner.ownerHash, merged.owner.ownerHash);
  }
  const view = await viewOf(parts, call, merged);
  if (merged.isTokenSpent && guest) parts.forget(call.c, guest.via);
  return {
    status: 200,
    body: mergeBody(view, merged.isMerged, merged.notices),
    headers: {
      ...viewHeaders(view),
      ...replayed(merged.isReplay),
    },
  };
}

async function merge(parts: WriteParts, call: Call, strategy: MergeStrategy): Promise<Reply> {
  const isAsync = call.headers?.isAsync ?? false;
  const merged = await (isAsync ? mergeCartsLater : mergeCarts)(parts, call, strategy);
  return 'key' in merged ? acceptedReply(merged.key) : await answer(parts, call, merged);
}

export function mergeRoutes(router: Router, parts: WriteParts): void {
  defineRoute(
    router,
    {
      method: 'post',
      path: '/cart/merge',
      operationId: 'mergeCarts',
      tag: 'Cart',
      summary: "Take over the guest's cart",
      description:
        'Send the customer token and the guest token. Equal lines come together by the strategy; what limits or stock held back is told. ' +
        'The guest token is dead afterwards. Sent again, by whatever key, it changes nothing and answers alike.',
      access: 'write',
      feature: 'merge',
      body: mergeSchema,
      isBodyOptional: true,
      answers: {
        200: {
          ...CART_ANSWER,
          description: "The customer's cart, and what became of the guest's.",
          schema: mergeResultSchema,
        },
        202: ACCEPTED_ANSWER,
      },
      errors: ['unauthenticated', 'merge_not_possible', 'currency_mismatch'],
    },
    (call) => merge(parts, call, call.body?.strategy ?? 'sum'),
  );
}
