/**
 * A write's way to its cart: facts, refusals that need no cart, the message to the workflow, and a new guest where the old one's cart
 * has ended. What becomes of it is a value; replies.ts makes answers of it.
 */
import type { OperationOutcome, Refusal, ShopperOperation } from '../../contract/operations.ts';
import { type CartOwner, CartGone, type Carts } from '../carts.ts';
import type { Call } from '../define-route.ts';
import type { Exchange } from '../exchange.ts';
import type { Caller, Identity } from '../identity/caller.ts';
import type { Forget, HandOut } from '../identity/credential-headers.ts';
import type { ApiMetrics } from '../metrics.ts';
import { Problem } from '../problem.ts';
import type { ProductFactsReader } from '../product-facts.ts';
import type { RateLimits } from '../rate/rate-limits.ts';
import type { MergeOffers } from '../merge-offers.ts';
import type { Views } from '../views.ts';
import type { Sql } from '../../database/client.ts';
import { applyToNothing } from './absent-cart.ts';
import { buildRequest, type Change, identify, randomKey } from './cart-request.ts';
import { findSettled } from './known-request.ts';
import { acceptsAbsent, expectedVersion } from './preconditions.ts';
import { resolveFacts } from './resolve-facts.ts';

export interface WriteParts {
  sql: Sql;
  keyAgeMs: number;
  carts: Carts;
  facts: ProductFactsReader;
  views: Views;
  identity: Identity;
  limits: RateLimits;
  handOut: HandOut;
  forget: Forget;
  offers: MergeOffers;
  metrics: ApiMetrics;
}

/** A request that the cart has answered. */
export interface Settled {
  /** Undefined: there is no cart, and none was made. */
  owner: CartOwner | undefined;
  outcomes: OperationOutcome[];
  refusal?: Refusal;
  version: number;
  isReplay: boolean;
}

interface Prepared {
  change: Change;
  key: string;
  ifMatch: number | undefined;
  operations: Change['operations'];
  refusals: ReadonlyMap<number, Refusal>;
  mayCreate: boolean;
}

/** The refusal that the catalogue alone decides. A batch that is not atomic has none: its other operations go on. */
function catalogueRefusal(change: Change, refusals: ReadonlyMap<number, Refusal>): Refusal | undefined {
  if (!change.atomic) return undefined;
  const [first] = refusals;
  if (!first || change.operations.length === 1) return first?.[1];
  const [index, refusal] = first;
  const where = { path: `operations[${index}]`, code: refusal.code, message: refusal.detail };
  return { ...refusal, errors: [where] };
}

/** What is worth a cart of its own. */
const bringsUnits = (operation: ShopperOperation): boolean =>
  operation.type === 'restore'
    ? operation.lines.some(({ facts }) => facts?.active && facts.available > 0)
    : operation.type === 'addItem';

async function prepare(parts: WriteParts, call: Call, change: Change): Promise<Prepared> {
  const { headers, caller } = call;
  const { operations, refusals } = await resolveFacts(parts, caller.owner, change.operations);
  const refusal = catalogueRefusal(change, refusals);
  // With a key the cart must be asked all the same: it may have applied this very request before.
  if (refusal && headers?.idempotencyKey === undefined) throw Problem.fromRefusal(refusal);
  const canAdd = operations.some((operation, index) => bringsUnits(operation) && !refusals.has(index));
  return {
    change,
    key: headers?.idempotencyKey ?? randomKey(),
    ifMatch: await expectedVersion(parts.views, caller.owner, headers?.ifMatch),
    operations,
    refusals,
    mayCreate: canAdd && !refusal && acceptsAbsent(headers?.ifMatch),
  };
}

function absent(call: Call, prepared: Prepared): Settled {
  const settled = { owner: undefined, version: 0, isReplay: false };
  if (!acceptsAbsent(call.headers?.ifMatch)) {
    const detail = 'There is no cart any more.';
    const refusal: Refusal = { code: 'version_conflict', detail, currentVersion: 0 };
    return { ...settled, outcomes: [], refusal };
  }
  return { ...settled, ...applyToNothing(prepared, prepared.change.atomic) };
}

const toRequest = (call: Call, owner: CartOwner, prepared: Prepared) => ({
  ...buildRequest(call, owner, prepared.change, prepared.operations, prepared.key),
  ...(prepared.ifMatch === undefined ? {} : { ifMatch: prepared.ifMatch }),
});

/** The caller's cart, or that of a guest made now. Undefined: nobody, and nothing to make a cart for. */
async function ownerOf(
  parts: WriteParts,
  { c, caller }: Call,
  mayCreate: boolean,
): Promise<(Caller & { owner: CartOwner }) | undefined> {
  if (caller.owner) return { ...caller, owner: caller.owner };
  return mayCreate ? await newGuest(parts, c, caller) : undefined;
}

/** A guest who was not there before, if the address may have one more. */
export async function newGuest(
  parts: WriteParts,
  c: Exchange,
  caller: Caller,
): Promise<Caller & { owner: CartOwner }> {
  await parts.limits.admitNewCart(c);
  return parts.identity.mintGuest(caller);
}

/** The token is dead: it reaches neither cart, and what it asked for did not happen. */
export function closedByMerge(parts: WriteParts, { c, caller }: Pick<Call, 'c' | 'caller'>): Problem {
  parts.forget(c, caller.via);
  const detail = 'This cart was merged into the cart of a customer; sign in to go on.';
  return new Problem('cart_closed', detail, { successor: 'customer' });
}

/** Runs `send` for the caller's cart, and once more for a new guest's where that cart has ended for good. */
async function withLivingCart<T>(
  parts: WriteParts,
  call: Call,
  mayCreate: boolean,
  send: (owner: CartOwner) => Promise<T | undefined>,
): Promise<{ owner: CartOwner; result: T } | undefined> {
  const caller = await ownerOf(parts, call, mayCreate);
  if (!caller) return undefined;
  const attempt = async (to: Caller & { owner: CartOwner }) => {
    call.c.set('ownerHash', to.owner.ownerHash);
    // Given out before the outcome is known: after a 504 the same guest must be able to ask again.
    if (mayCreate || to.via !== 'none') parts.handOut(call.c, to);
    const result = await send(to.owner);
    return result === undefined ? undefined : { owner: to.owner, result };
  };
  try {
    return await attempt(caller);
  } catch (error) {
    if (error instanceof CartGone && error.isMerged) throw closedByMerge(parts, call);
    if (!(error instanceof CartGone) || caller.kind !== 'guest') throw error;
    return mayCreate ? await attempt(await newGuest(parts, call.c, call.caller)) : undefined;
  }
}

function record(metrics: ApiMetrics, change: Change, settled: Settled): void {
  if (settled.isReplay) return metrics.recordReplay();
  for (const [index, operation] of change.operations.entries()) {
    const outcome = settled.outcomes[index];
    const code = settled.refusal?.code ?? (outcome && !outcome.ok ? outcome.refusal.code : 'ok');
    metrics.recordOperation(operation.type, code);
  }
}

/** A retry of what the cart may have forgotten long since. Only callers' own keys come back. */
async function settledBefore(parts: WriteParts, call: Call, change: Change): Promise<Settled | undefined> {
  const { owner } = call.caller;
  const key = call.headers?.idempotencyKey;
  if (!owner || key === undefined) return undefined;
  const settled = await findSettled(parts, owner, identify(change, key));
  if (settled) {
    call.c.set('ownerHash', owner.ownerHash);
    parts.handOut(call.c, { ...call.caller, owner });
    record(parts.metrics, change, settled);
  }
  return settled;
}

/** Applies the change and waits for the cart's answer. Rejects with a Problem when Temporal does not answer. */
export async function submitChange(parts: WriteParts, call: Call, change: Change): Promise<Settled> {
  const before = await settledBefore(parts, call, change);
  if (before) return before;
  const prepared = await prepare(parts, call, change);
  const startedAt = performance.now();
  const sent = await withLivingCart(parts, call, prepared.mayCreate, async (owner) => {
    const request = toRequest(call, owner, prepared);
    const receipt = await parts.carts.submit(owner, request, { mayCreate: prepared.mayCreate });
    return receipt && { receipt, isReplay: receipt.attempt !== request.attempt };
  });
  if (!sent) return absent(call, prepared);
  parts.metrics.recordCartSave(performance.now() - startedAt, 'update');
  const { receipt, isReplay } = sent.result;
  const settled: Settled = {
    owner: sent.owner,
    outcomes: receipt.outcomes,
    ...(receipt.refusal ? { refusal: receipt.refusal } : {}),
    version: receipt.version,
    isReplay,
  };
  record(parts.metrics, change, settled);
  return settled;
}

/** Sends the change as a signal. Gives back the key under which it can be asked after; a Settled where there is no cart to change. */
export async function sendChange(
  parts: WriteParts,
  call: Call,
  change: Change,
): Promise<{ key: string } | Settled> {
  const before = await settledBefore(parts, call, change);
  if (before) return before.refusal ? before : { key: call.headers?.idempotencyKey ?? '' };
  const prepared = await prepare(parts, call, change);
  const startedAt = performance.now();
  const sent = await withLivingCart(parts, call, prepared.mayCreate, async (owner) => {
    // A signal creates its cart: where none may come into being, one must be there.
    if (!prepared.mayCreate && (await parts.carts.queryView(owner)) === undefined) return undefined;
    await parts.carts.submitAsync(owner, toRequest(call, owner, prepared));
    return true;
  });
  if (!sent) return absent(call, prepared);
  parts.metrics.recordCartSave(performance.now() - startedAt, 'signal');
  return { key: prepared.key };
}
