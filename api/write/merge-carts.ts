/**
 * A customer takes over the cart of the guest that they were before they signed in. The outcome is a value: merged (now or before), or
 * nothing to merge; routes/merge.ts makes an answer of it.
 */
import type { MergeNotices, MergeStrategy, OperationOutcome, Refusal } from '../../contract/operations.ts';
import { readRequest, readStanding } from '../../database/cart-projection.ts';
import type { MergeRequest } from '../cart-merging.ts';
import type { CartOwner } from '../carts.ts';
import type { Call } from '../define-route.ts';
import { unlessAway } from '../from-database.ts';
import { shortHash } from '../headers/idempotency-key.ts';
import type { CarriedGuest } from '../identity/caller.ts';
import { Problem } from '../problem.ts';
import { canonicalJson, randomKey } from './cart-request.ts';
import { findSettled } from './known-request.ts';
import { expectedVersion } from './preconditions.ts';
import type { WriteParts } from './submit-change.ts';

export interface Merged {
  owner: CartOwner;
  isMerged: boolean;
  notices: MergeNotices;
  refusal?: Refusal;
  version: number;
  isReplay: boolean;
  /** The guest's token leads nowhere from now on. */
  isTokenSpent: boolean;
}

/** The guest's cart is written to the read model as merged within this time, or the answer goes out without it. */
const FAREWELL_MS = 2_000;

const NO_NOTICES: MergeNotices = { adjusted: [], dropped: [] };

const noGuest = (): Problem =>
  new Problem('merge_not_possible', 'Send the cookie or the Cart-Token of the guest cart along.');

const foreignGuest = (): Problem =>
  new Problem('merge_not_possible', 'This guest cart belongs to another customer by now.');

export const noticesOf = (outcomes: readonly OperationOutcome[]): MergeNotices | undefined => {
  const [outcome] = outcomes;
  return outcome?.ok ? outcome.merge : undefined;
};

/** The customer who is calling. Throws `unauthenticated`. */
export function customerOf({ caller }: Call): CartOwner {
  if (caller.kind === 'customer' && caller.owner) return caller.owner;
  throw new Problem('unauthenticated', 'Sign in first; send the customer token and the guest token.');
}

async function toRequest(
  parts: WriteParts,
  call: Call,
  owner: CartOwner,
  guest: CarriedGuest,
  strategy: MergeStrategy,
): Promise<MergeRequest> {
  const ifMatch = await expectedVersion(parts.views, owner, call.headers?.ifMatch);
  return {
    key: shortHash(call.headers?.idempotencyKey ?? randomKey()),
    fingerprint: shortHash(canonicalJson({ merge: guest.owner.ownerHash, strategy })),
    attempt: randomKey(),
    actor: `${owner.kind}:${owner.ownerHash}`,
    requestId: call.requestId,
    strategy,
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}

const nothing = (owner: CartOwner, isTokenSpent: boolean): Merged => ({
  owner,
  isMerged: false,
  notices: NO_NOTICES,
  version: 0,
  isReplay: false,
  isTokenSpent,
});

/** By another request than the cart remembers; its notices were told then. */
const before = (owner: CartOwner): Merged => ({
  ...nothing(owner, true),
  isMerged: true,
  isReplay: true,
});

/**
 * What the guest's cart itself says where the customer's cart has not got it: a token whose cart lives (empty as it is) or may still
 * come into being stays good, so that nothing which is on its way can vanish.
 */
async function withoutCart(
  parts: WriteParts,
  call: Call,
  owner: CartOwner,
  guest: CarriedGuest,
): Promise<Merged> {
  const fate = await parts.carts.fateOf(guest.owner);
  if (fate.is !== 'merged') return nothing(owner, fate.is === 'ended');
  if (fate.successor === owner.workflowId) return before(owner);
  parts.forget(call.c, guest.via);
  throw foreignGuest();
}

/** Spares the customer's cart a question whose answer is known: it would come into being for nothing. */
async function withoutAsking(
  parts: WriteParts,
  call: Call,
  owner: CartOwner,
  guest: CarriedGuest,
): Promise<Merged | undefined> {
  const standing = await unlessAway(() => readStanding(parts.sql, guest.owner.workflowId));
  if (standing?.status === 'active' && standing.itemsCount > 0) return undefined;
  const fate = await parts.carts.fateOf(guest.owner);
  // Alive: the read model may be behind. Merged into this very cart: which remembers how.
  if (fate.is === 'alive' || (fate.is === 'merged' && fate.successor === owner.workflowId)) return undefined;
  return await withoutCart(parts, call, owner, guest);
}

/** A retry that comes without the token, because the lost answer had taken the cookie back. */
async function byKeyAlone(parts: WriteParts, call: Call, owner: CartOwner): Promise<Merged> {
  const key = call.headers?.idempotencyKey;
  if (key === undefined) throw noGuest();
  const row = await readRequest(parts.sql, owner.workflowId, shortHash(key));
  const notices = row && noticesOf(row.outcomes);
  if (!row || !notices) throw noGuest();
  const isSure =
    row.isLasting || (await parts.carts.queryStatus(owner, shortHash(key)))?.status === 'applied';
  if (!isSure) throw noGuest();
  const { version } = row;
  return { ...before(owner), notices, version, isTokenSpent: false };
}

/** The outcome, where it is known without asking the customer's cart. */
async function known(
  parts: WriteParts,
  call: Call,
  owner: CartOwner,
  guest: CarriedGuest,
  request: MergeRequest,
): Promise<Merged | undefined> {
  if (call.headers?.idempotencyKey !== undefined) {
    const settled = await findSettled(parts, owner, request);
    if (settled) {
      const { refusal, version } = settled;
      const notices = noticesOf(settled.outcomes) ?? NO_NOTICES;
      return { ...before(owner), notices, version, ...(refusal ? { refusal, isTokenSpent: false } : {}) };
    }
  }
  return await withoutAsking(parts, call, owner, guest);
}

/** Merges, and waits for the customer's cart, and for the end of the guest's. */
export async function mergeCarts(parts: WriteParts, call: Call, strategy: MergeStrategy): Promise<Merged> {
  const owner = customerOf(call);
  const { guest } = call.caller;
  if (!guest) return await byKeyAlone(parts, call, owner);
  const request = await toRequest(parts, call, owner, guest, strategy);
  const settled = await known(parts, call, owner, guest, request);
  if (settled) return settled;
  const startedAt = performance.now();
  const receipt = await parts.carts.merge(owner, guest.owner, request);
  parts.metrics.recordCartSave(performance.now() - startedAt, 'merge');
  const { version, refusal } = receipt;
  if (refusal) return { ...nothing(owner, false), refusal, version };
  const notices = noticesOf(receipt.outcomes);
  if (!notices) return await withoutCart(parts, call, owner, guest);
  await parts.carts.untilEnded(guest.owner, FAREWELL_MS);
  const isReplay = receipt.attempt !== request.attempt;
  return { owner, isMerged: true, notices, version, isReplay, isTokenSpent: true };
}

/** Asks for the merge without waiting. Gives back the key to ask after, or what was known at once. */
export async function mergeCartsLater(
  parts: WriteParts,
  call: Call,
  strategy: MergeStrategy,
): Promise<{ key: string } | Merged> {
  const owner = customerOf(call);
  const { guest } = call.caller;
  if (!guest) return await byKeyAlone(parts, call, owner);
  const key = call.headers?.idempotencyKey ?? randomKey();
  const request = { ...(await toRequest(parts, call, owner, guest, strategy)), key: shortHash(key) };
  const settled = await known(parts, call, owner, guest, request);
  if (settled) return settled;
  await parts.carts.mergeAsync(owner, guest.owner, request);
  return { key };
}
