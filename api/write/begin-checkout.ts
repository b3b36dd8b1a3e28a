/**
 * Begins a checkout: personal data to PostgreSQL, the rest to the cart, and an answer once the shopper can pay. A repetition by any key
 * finds the checkout that there is.
 */
import type { CartView } from '../../contract/cart-view.ts';
import {
  type CheckoutPolicy,
  type CheckoutView,
  type CheckoutWish,
  checkoutIdOf,
  isOpen,
} from '../../contract/checkouts.ts';
import type { Receipt } from '../../contract/operations.ts';
import { isUnavailable } from '../../database/client.ts';
import { recordContact } from '../../database/contacts.ts';
import { saveContact } from '../../database/order-contacts.ts';
import { type AddressHashes, normaliseAddress } from '../../mail/mail-address.ts';
import type { CartOwner } from '../carts.ts';
import type { BeginCheckoutBody } from '../checkout-schemas.ts';
import type { CheckoutRequest, Checkouts } from '../checkouts.ts';
import type { Call } from '../define-route.ts';
import { shortHash } from '../headers/idempotency-key.ts';
import type { OrderTokens } from '../identity/order-token.ts';
import { Problem } from '../problem.ts';
import type { LoadedView } from '../views.ts';
import { canonicalJson, randomKey } from './cart-request.ts';
import { foreseeCheckout } from './foresee-checkout.ts';
import { findSettled } from './known-request.ts';
import { expectedVersion } from './preconditions.ts';
import { refusalProblem } from './replies.ts';
import type { WriteParts } from './submit-change.ts';

export interface CheckoutParts extends WriteParts {
  checkouts: Checkouts;
  orderTokens: OrderTokens;
  checkoutPolicy: CheckoutPolicy;
  addressHashes: AddressHashes;
  /** Whether the test provider takes payments, and shoppers may say what it shall do. */
  isTestShop: boolean;
}

export interface Begun {
  view: CheckoutView;
  isReplay: boolean;
}

export const cartOf = (view: LoadedView): CartView => JSON.parse(view.text) as CartView;

/** Rejects with `dependency_unavailable` while PostgreSQL is away: a checkout cannot do without it. */
async function keepContact(
  { sql, addressHashes }: CheckoutParts,
  contactRef: string,
  owner: CartOwner,
  { body, requestId }: Call<unknown, unknown, BeginCheckoutBody>,
): Promise<void> {
  const { email, shippingAddress, marketingConsent } = body;
  const address = shippingAddress as Record<string, string> | undefined;
  try {
    await saveContact(sql, contactRef, owner.ownerHash, {
      ...(email === undefined ? {} : { email }),
      ...(address === undefined ? {} : { shippingAddress: address }),
    });
    if (email === undefined) return;
    await recordContact(sql, {
      ownerHash: owner.ownerHash,
      ownerKind: owner.kind,
      email: normaliseAddress(email),
      addressHash: addressHashes.hashOf(email),
      isConsent: marketingConsent,
      source: 'checkout',
      requestId,
    });
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new Problem('dependency_unavailable', undefined, { cause: error });
  }
}

/** Keyed by the client's own key: nobody can guess an address back from a fingerprint. */
const fingerprintOf = (key: string, version: number | undefined, body: BeginCheckoutBody): string =>
  shortHash(`${key}\n${canonicalJson({ checkout: { version, ...body } })}`);

function wishOf(body: BeginCheckoutBody, contactRef: string): CheckoutWish {
  const { email, shippingAddress, marketingConsent: _said, ...wish } = body;
  const hasContact = email !== undefined || shippingAddress !== undefined;
  const given = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
  return { ...(given as Omit<CheckoutWish, 'contactRef'>), ...(hasContact ? { contactRef } : {}) };
}

interface Asked {
  owner: CartOwner;
  cart: CartView;
  version: number;
  request: CheckoutRequest;
  contactRef: string;
}

async function ask(
  parts: CheckoutParts,
  call: Call<unknown, unknown, BeginCheckoutBody>,
  owner: CartOwner,
): Promise<Asked> {
  const { headers, body } = call;
  const key = headers?.idempotencyKey ?? randomKey();
  const version = (await expectedVersion(parts.views, owner, headers?.ifMatch)) ?? 0;
  const cart = cartOf(await parts.views.loadSince(owner, version));
  const fingerprint = fingerprintOf(key, version, body);
  const contactRef = `draft:${shortHash(`${owner.ownerHash}\n${fingerprint}`)}`;
  const envelope = {
    key: shortHash(key),
    fingerprint,
    attempt: randomKey(),
    actor: `${owner.kind}:${owner.ownerHash}`,
    requestId: call.requestId,
  };
  const begin = {
    checkoutId: checkoutIdOf(cart.id ?? '', version),
    version,
    wish: wishOf(body, contactRef),
    policy: parts.checkoutPolicy,
  };
  return { owner, cart, version, request: { envelope, begin }, contactRef };
}

/** The checkout of this very version, where another request has begun it for the same sum and it was not given up. */
async function sameCheckout(
  parts: CheckoutParts,
  { owner, version, request }: Asked,
): Promise<CheckoutView | undefined> {
  const { checkout } = cartOf(await parts.views.load(owner));
  if (!checkout?.id.endsWith(`-${version}`)) return undefined;
  if (checkout.status !== 'open' && checkout.status !== 'completed') return undefined;
  const view = await parts.checkouts.whenReady(checkout.id);
  if (!view || (!isOpen(view.status) && view.status !== 'completed')) return undefined;
  const isSameSum = view.totals === null || view.totals.total === request.begin.wish.expectedTotal;
  return isSameSum ? view : undefined;
}

async function submit(parts: CheckoutParts, call: Call, asked: Asked): Promise<Receipt> {
  const { owner, request } = asked;
  const receipt = await parts.checkouts.begin(owner, request);
  if (receipt) return receipt;
  const refusal =
    asked.version === 0
      ? { code: 'cart_empty' as const, detail: 'There is nothing in the cart.' }
      : { code: 'version_conflict' as const, detail: 'There is no cart any more.', currentVersion: 0 };
  throw await refusalProblem(parts, call, { owner, version: 0 }, refusal);
}

/** The checkout's own refusal as an answer, with the cart as it is now. */
async function toProblem(
  parts: CheckoutParts,
  owner: CartOwner,
  view: CheckoutView,
): Promise<Problem | undefined> {
  const { refusal, totals } = view;
  if (!refusal || !['refused', 'failed', 'declined'].includes(view.status)) return undefined;
  const { code, detail, ...members } = refusal;
  const cart = cartOf(await parts.views.loadStrong(owner));
  return new Problem(code, detail, {
    ...members,
    ...(totals ? { totals } : {}),
    ...(code === 'price_changed' ? { cart, currentVersion: cart.version } : {}),
  });
}

const checkoutIdIn = ({ outcomes }: Pick<Receipt, 'outcomes'>): string | undefined => {
  const [outcome] = outcomes;
  return outcome?.ok ? outcome.checkoutId : undefined;
};

/** An outage is not remembered under its key: whoever asks again is told that the cart has gone on, and may begin anew. */
async function cameToNothing(parts: CheckoutParts, call: Call, owner: CartOwner): Promise<Problem> {
  const { version: currentVersion } = await parts.views.load(owner);
  const detail = 'That checkout came to nothing; the cart is as it was. Begin anew with its version.';
  const refusal = { code: 'version_conflict' as const, detail, currentVersion };
  return await refusalProblem(parts, call, { owner, version: currentVersion }, refusal);
}

/** Throws the refusal as a Problem. */
export async function beginCheckout(
  parts: CheckoutParts,
  call: Call<unknown, unknown, BeginCheckoutBody>,
  owner: CartOwner,
): Promise<Begun> {
  const asked = await ask(parts, call, owner);
  const { envelope, begin } = asked.request;
  // A checkout shows itself once the cart's change has lasted.
  const settled = await findSettled(
    parts,
    owner,
    envelope,
    async ({ isLasting }) => isLasting || (await parts.checkouts.isShown(begin.checkoutId)),
  );
  const foreseen = settled ? undefined : await foreseeCheckout(parts, asked);
  if (foreseen) throw Problem.fromRefusal(foreseen);
  if (!settled && begin.wish.contactRef !== undefined) {
    await keepContact(parts, asked.contactRef, owner, call);
  }
  const receipt = settled ? { ...settled, attempt: '' } : await submit(parts, call, asked);
  const { refusal } = receipt;
  if (refusal) {
    const isLate = refusal.code === 'checkout_in_progress' || refusal.code === 'version_conflict';
    const same = isLate ? await sameCheckout(parts, asked) : undefined;
    if (same) return { view: same, isReplay: true };
    throw await refusalProblem(parts, call, { owner, version: receipt.version }, refusal);
  }
  const isReplay = receipt.attempt !== envelope.attempt;
  const checkoutId = checkoutIdIn(receipt) ?? '';
  const view = await parts.checkouts.whenReady(checkoutId);
  // It begins in any case: the same key finds it.
  if (!view) throw new Problem('deadline_exceeded');
  const problem = await toProblem(parts, owner, view);
  if (!problem) return { view, isReplay };
  throw isReplay && problem.status >= 500 ? await cameToNothing(parts, call, owner) : problem;
}
