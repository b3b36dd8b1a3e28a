/** Answers to writes: the cart as it is now with its ETag, a problem with the refusal's code, or 202 with where to ask. */
import type { CartView } from '../../contract/cart-view.ts';
import type { Refusal } from '../../contract/operations.ts';
import type { Call } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { json, replayed, type Reply } from '../reply.ts';
import type { LoadedView } from '../views.ts';
import type { Change } from './cart-request.ts';
import { type Settled, sendChange, submitChange, type WriteParts } from './submit-change.ts';

/** Headers of every answer that shows a cart. */
export const viewHeaders = (view: LoadedView): Record<string, string> => ({
  etag: view.etag,
  'cache-control': 'no-store',
});

export async function viewOf(
  parts: WriteParts,
  call: Call,
  settled: Pick<Settled, 'owner' | 'version'>,
): Promise<LoadedView> {
  const { owner, version } = settled;
  if (!owner) return parts.views.empty(call.caller.kind);
  const view = await parts.offers.withOffer(call.caller, () => parts.views.loadSince(owner, version));
  if (view.isMerged) parts.forget(call.c, call.caller.via);
  return view;
}

/** A stale version comes with the cart as it is now, so that the client need not ask again. */
export async function refusalProblem(
  parts: WriteParts,
  call: Call,
  settled: Pick<Settled, 'owner' | 'version'>,
  refusal: Refusal,
): Promise<Problem> {
  if (refusal.successor) parts.forget(call.c, call.caller.via);
  if (refusal.code !== 'version_conflict') return Problem.fromRefusal(refusal);
  const view = await viewOf(parts, call, settled);
  const { code, detail, ...members } = refusal;
  return new Problem(code, detail, { ...members, cart: JSON.parse(view.text) as CartView });
}

async function accepted(parts: WriteParts, call: Call, change: Change): Promise<Reply | Settled> {
  const sent = await sendChange(parts, call, change);
  if (!('key' in sent)) return sent;
  return acceptedReply(sent.key);
}

/** 202, with where to ask. */
export const acceptedReply = (key: string): Reply =>
  json(
    202,
    { key, status: 'pending' },
    {
      location: `/cart/operations/${encodeURIComponent(key)}`,
      'preference-applied': 'respond-async',
      'cache-control': 'no-store',
    },
  );

/** How a route turns a settled change into its answer. */
export type Compose = (
  view: LoadedView,
  settled: Settled,
) => { status: number; body?: string; location?: string };

/** Carries the change out and answers it. */
export async function answerWrite(
  parts: WriteParts,
  call: Call,
  change: Change,
  compose: Compose = () => ({ status: 200 }),
): Promise<Reply> {
  const settled = call.headers?.isAsync
    ? await accepted(parts, call, change)
    : await submitChange(parts, call, change);
  if ('status' in settled) return settled;
  if (settled.refusal) throw await refusalProblem(parts, call, settled, settled.refusal);
  const view = await viewOf(parts, call, settled);
  const { status, body, location } = compose(view, settled);
  return {
    status,
    body: body ?? view.text,
    headers: {
      ...viewHeaders(view),
      ...(location === undefined ? {} : { location }),
      ...replayed(settled.isReplay),
    },
  };
}
