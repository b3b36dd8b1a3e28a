/** Refuses a checkout that cannot be, before anything is written for it: what is sold out is asked for by many, again and again. */
import { foreseeRefusal } from '../../cart/foresee-refusal.ts';
import type { CartView } from '../../contract/cart-view.ts';
import type { Refusal } from '../../contract/operations.ts';
import type { CartOwner } from '../carts.ts';
import { unlessAway } from '../from-database.ts';
import type { WriteParts } from './submit-change.ts';

const isThere = ({ status, version, warnings }: CartView, seen: number): boolean =>
  status === 'active' && version === seen && !warnings.some(({ code }) => code === 'cart_locked');

interface Seen {
  owner: CartOwner;
  cart: CartView;
  /** The version that the shopper saw. */
  version: number;
}

/**
 * Why it cannot begin now, where that is plain before anything is written: otherwise each attempt to buy what is sold out would cost the cart
 * two versions, and a workflow. Only for the cart as the shopper saw it; whatever else there is to say, the cart says.
 */
export async function foreseeCheckout(
  { facts, views }: Pick<WriteParts, 'facts' | 'views'>,
  { owner, cart, version }: Seen,
): Promise<Refusal | undefined> {
  if (!isThere(cart, version)) return undefined;
  return await unlessAway(async () => {
    const skus = cart.lines.map(({ sku }) => sku);
    const read = await facts.read(skus, cart.id ?? '');
    const refusal = read.isComplete ? foreseeRefusal(cart.lines, read.facts) : undefined;
    // What is short now may be so by a checkout of this very version, begun meanwhile.
    return refusal && isThere(JSON.parse((await views.load(owner)).text) as CartView, version)
      ? refusal
      : undefined;
  });
}
