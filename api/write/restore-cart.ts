/**
 * The lines of a cart that was left go into the caller's, by the link in a mail: one operation on the caller's cart, like any write. The
 * cart that was left stays as it is; it is told first that its shopper has come back.
 */
import type { MailedLink } from '../../contract/abandonment.ts';
import type { CartView } from '../../contract/cart-view.ts';
import { MAX_TEXT_LENGTH } from '../../contract/limits.ts';
import type { MergeNotices, RestoredLine } from '../../contract/operations.ts';
import type { LeftCart } from '../../database/left-cart.ts';
import type { Call } from '../define-route.ts';
import { shortHash } from '../headers/idempotency-key.ts';
import type { RecoverySignals } from '../recovery-signals.ts';
import type { LoadedView } from '../views.ts';
import type { Change } from './cart-request.ts';
import { noticesOf } from './merge-carts.ts';
import { refusalProblem, viewOf } from './replies.ts';
import { type Settled, sendChange, submitChange, type WriteParts } from './submit-change.ts';

export interface RestoreParts extends WriteParts {
  recoverySignals: Pick<RecoverySignals, 'recovered'>;
}

export interface Restored {
  view: LoadedView;
  /** False: the caller has that very cart, or there is nothing in it. */
  isMerged: boolean;
  notices: MergeNotices;
  isReplay: boolean;
}

const toLine = ({ sku, title, quantity, options, attributes }: CartView['lines'][number]): RestoredLine => ({
  sku,
  title: title.slice(0, MAX_TEXT_LENGTH),
  quantity,
  options,
  attributes,
});

/** A retry is told by the link, not by the lines: those may have changed meanwhile. */
const changeFor = ({ view }: LeftCart, { cartId, episode, step }: Omit<MailedLink, 'contactId'>): Change => ({
  operations: [{ type: 'restore', from: cartId, lines: view.lines.map(toLine) }],
  atomic: true,
  asked: { restore: cartId, episode, step },
});

/** Where the caller sends no key: two clicks at once, which see the same version, are one request. */
async function withKey(parts: WriteParts, call: Call<{ token: string }>): Promise<Call<{ token: string }>> {
  const { headers, caller, params } = call;
  if (!headers || headers.idempotencyKey !== undefined || !caller.owner) return call;
  const { version } = await parts.views.load(caller.owner);
  const idempotencyKey = shortHash(`restore ${params.token} ${caller.owner.workflowId} ${version}`);
  return { ...call, headers: { ...headers, idempotencyKey } };
}

async function untouched(parts: WriteParts, call: Call): Promise<Restored> {
  const { owner } = call.caller;
  if (call.caller.needsNewToken) parts.handOut(call.c, call.caller);
  if (owner) call.c.set('ownerHash', owner.ownerHash);
  const view = await viewOf(parts, call, { owner, version: 0 });
  return { view, isMerged: false, notices: { adjusted: [], dropped: [] }, isReplay: false };
}

async function answered(parts: WriteParts, call: Call, settled: Settled): Promise<Restored> {
  if (settled.refusal) throw await refusalProblem(parts, call, settled, settled.refusal);
  const view = await viewOf(parts, call, settled);
  const notices = noticesOf(settled.outcomes) ?? { adjusted: [], dropped: [] };
  return { view, isMerged: true, notices, isReplay: settled.isReplay };
}

/**
 * Tells the cart that was left, then puts the lines into the caller's cart (a new guest's where there is none). In this order whatever dies in
 * between, and whatever the caller's cart refuses, nobody who has pressed the button is reminded again; and where the cart cannot be told
 * (`dependency_unavailable`), nothing was done. Asked again, both find what is there. With `Prefer: respond-async` it gives back the key to
 * ask after.
 */
export async function restoreCart(
  parts: RestoreParts,
  call: Call<{ token: string }>,
  left: LeftCart,
  { contactId: _whose, ...used }: MailedLink,
): Promise<Restored | { key: string }> {
  await parts.recoverySignals.recovered(left.workflowId, used);
  const isOwn = call.caller.owner?.workflowId === left.workflowId;
  return isOwn || left.view.lines.length === 0
    ? await untouched(parts, call)
    : await restoreLines(parts, await withKey(parts, call), changeFor(left, used));
}

async function restoreLines(
  parts: WriteParts,
  call: Call,
  change: Change,
): Promise<Restored | { key: string }> {
  const isAsync = call.headers?.isAsync ?? false;
  const settled = await (isAsync ? sendChange : submitChange)(parts, call, change);
  return 'key' in settled ? settled : await answered(parts, call, settled);
}
