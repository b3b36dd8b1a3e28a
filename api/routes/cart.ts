/** The cart itself: read it, clear it. */
import { z } from '@hono/zod-openapi';
import { cartViewSchema, operationStatusSchema } from '../answer-schemas.ts';
import type { CartOwner } from '../carts.ts';
import { type Call, defineRoute, type Router } from '../define-route.ts';
import { isNoneMatchHit } from '../headers/entity-tags.ts';
import type { AnswerSpec } from '../openapi.ts';
import type { Reply } from '../reply.ts';
import type { LoadedView } from '../views.ts';
import { answerWrite, viewHeaders } from '../write/replies.ts';
import type { WriteParts } from '../write/submit-change.ts';

const ETAG = { ETag: 'The version of the cart, quoted.' };

/** The cart after a write. */
export const CART_ANSWER: AnswerSpec = {
  description: 'The cart as it is now. A replayed request shows the cart as it is now, too.',
  schema: cartViewSchema,
  headers: { ...ETAG, 'Idempotent-Replayed': '`true` where the request had been applied before.' },
};

export const ACCEPTED_ANSWER: AnswerSpec = {
  description: 'On its way for good; what becomes of it is told at `Location`.',
  schema: operationStatusSchema,
  headers: { Location: 'Where to ask.', 'Preference-Applied': '`respond-async`' },
};

const querySchema = z.object({
  consistency: z
    .enum(['strong'])
    .optional()
    .openapi({ description: '`strong`: ask the cart itself instead of the read model.' }),
});

/** A token whose cart was merged is taken back from whoever still shows it. */
async function forgetSpent(parts: WriteParts, { c, caller }: Call, view: LoadedView): Promise<void> {
  if (view.isMerged) return parts.forget(c, caller.via);
  const { guest } = caller;
  if (guest && !view.hasOffer && (await parts.offers.isSpent(caller))) parts.forget(c, guest.via);
}

async function readCart(
  parts: WriteParts,
  call: Call<unknown, z.output<typeof querySchema>>,
): Promise<Reply> {
  const { c, caller, query } = call;
  if (caller.needsNewToken) parts.handOut(c, caller);
  const { owner } = caller;
  const { views } = parts;
  const isStrong = query.consistency === 'strong';
  const load = async (from: CartOwner) => await (isStrong ? views.loadStrong(from) : views.load(from));
  const view = owner ? await parts.offers.withOffer(caller, () => load(owner)) : views.empty(caller.kind);
  await forgetSpent(parts, call, view);
  const headers = viewHeaders(view);
  if (isNoneMatchHit(c.req.header('if-none-match'), view.etag, view.exists)) {
    return { status: 304, body: null, headers };
  }
  return { status: 200, body: view.text, headers };
}

export function cartRoutes(router: Router, parts: WriteParts): void {
  defineRoute(
    router,
    {
      method: 'get',
      path: '/cart',
      operationId: 'getCart',
      tag: 'Cart',
      summary: 'Read the cart',
      description: 'An absent cart is an empty view of version 0; reading starts nothing.',
      access: 'read',
      query: querySchema,
      answers: {
        200: { description: 'The cart.', schema: cartViewSchema, headers: ETAG },
        304: { description: 'If-None-Match named the present version.', headers: ETAG },
      },
    },
    (call) => readCart(parts, call),
  );
  defineRoute(
    router,
    {
      method: 'delete',
      path: '/cart',
      operationId: 'clearCart',
      tag: 'Cart',
      summary: 'Remove all lines',
      access: 'write',
      answers: { 200: CART_ANSWER, 202: ACCEPTED_ANSWER },
    },
    (call) => answerWrite(parts, call, { atomic: true, operations: [{ type: 'clear' }] }),
  );
}
