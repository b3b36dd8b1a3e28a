/** One cart, looked at from both sides: the row that shoppers read, and the workflow that holds the truth. */
import { isDeepStrictEqual } from 'node:util';
import { toCartView } from '../../cart/view.ts';
import type { CartView } from '../../contract/cart-view.ts';
import { type CartSummary, findCart, type FoundCart } from '../../database/cart-directory.ts';
import type { LiveCart } from '../operator-gateway.ts';
import { Problem } from '../problem.ts';
import { fromDatabase } from '../from-database.ts';
import { type OperatorParts } from './operator-parts.ts';

export interface InspectedCart {
  found: FoundCart;
  view: CartView;
  live: LiveCart | undefined;
  /** One sentence for each; none where both sides agree. */
  differences: string[];
}

export const isOver = ({ status }: Pick<CartSummary, 'status'>): boolean =>
  status !== 'active' && status !== 'checkout';

/** A parsed view, with members in any order. */
function membersThatDiffer(row: CartView, truth: CartView): string[] {
  const names = [...new Set([...Object.keys(row), ...Object.keys(truth)])] as (keyof CartView)[];
  return names.filter((name) => !isDeepStrictEqual(row[name], truth[name]));
}

function differencesOf(found: FoundCart, view: CartView, live: LiveCart | undefined): string[] {
  if (isOver(found)) return [];
  if (!live || live.status !== 'RUNNING')
    return ['The cart is open in the read model, and its workflow has ended.'];
  const { inspection } = live;
  if (!inspection) return [];
  const { state, policy } = inspection;
  if (state.cartId !== found.cartId) return ['The workflow carries another cart by now.'];
  const truth = JSON.parse(JSON.stringify(toCartView(state, policy))) as CartView;
  const members = membersThatDiffer(view, truth);
  if (found.version !== state.version) {
    return [`The read model is at version ${found.version}, the cart at ${state.version}.`];
  }
  const isSame = found.isLocked === (state.lock !== undefined) && found.status === state.status;
  return [
    ...(members.length === 0 ? [] : [`The published view differs in ${members.join(', ')}.`]),
    ...(isSame ? [] : ['The row shows another status or lock than the cart has.']),
  ];
}

/** Rejects with `cart_not_found`. */
export async function findOrRefuse(parts: OperatorParts, id: string): Promise<FoundCart> {
  const found = await fromDatabase(() => findCart(parts.sql, id));
  if (!found) throw new Problem('cart_not_found', 'There is no cart with this id.');
  return found;
}

export async function inspectCart(parts: OperatorParts, id: string): Promise<InspectedCart> {
  const found = await findOrRefuse(parts, id);
  const view = JSON.parse(found.viewJson) as CartView;
  const live = await parts.gateway.look(found.workflowId);
  return { found, view, live, differences: differencesOf(found, view, live) };
}

/** As it goes out. */
export function summaryView(cart: CartSummary) {
  const { viewJson: _view, publishedAt: _row, ...rest } = cart as FoundCart;
  const [createdAt, updatedAt] = [cart.createdAt.toISOString(), cart.updatedAt.toISOString()];
  return { ...rest, createdAt, updatedAt, abandonedAt: cart.abandonedAt?.toISOString() ?? null };
}

export function liveView({ inspection, startedAt, ...live }: LiveCart) {
  const base = { ...live, startedAt: startedAt.toISOString() };
  if (!inspection) return base;
  const { state, publishFailures, unpublished, waiting, rememberedKeys } = inspection;
  const lock = state.lock && { reason: state.lock.reason, at: new Date(state.lock.at).toISOString() };
  return {
    ...base,
    version: state.version,
    ...(lock ? { lock } : {}),
    publishFailures,
    unpublished,
    waiting,
    rememberedKeys,
  };
}
