/**
 * Mends one cart: its row is written again where it differs from the workflow, and its lines are brought up to date with the catalogue.
 * Says what it did; done again, it finds nothing to do.
 */
import type { CartView } from '../../contract/cart-view.ts';
import type { Call } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { actOnCart } from './act-on-cart.ts';
import { inspectCart, type InspectedCart, isOver } from './inspect-cart.ts';
import type { OperatorParts } from './operator-parts.ts';

export interface Repaired {
  cartId: string;
  version: number;
  done: { code: 'republished' | 'repriced'; message: string }[];
}

const skusOf = (view: CartView): string[] => [...new Set(view.lines.map(({ sku }) => sku))];

async function republish(
  parts: OperatorParts,
  { found, differences }: InspectedCart,
): Promise<Repaired['done']> {
  if (differences.length === 0) return [];
  const observed = found.publishedAt === null ? {} : { observed: found.publishedAt };
  const isWritten = await parts.gateway.rewriteRow(found.workflowId, observed);
  if (isWritten === undefined)
    throw new Problem('cart_closed', 'The cart’s workflow has ended; reconcile closes its row.');
  if (!isWritten) throw new Problem('dependency_unavailable', 'The database is out of reach at the moment.');
  return differences.map((message) => ({ code: 'republished', message }));
}

/** Without a change of a price there is nothing to do; a checkout keeps its prices. */
async function reprice(parts: OperatorParts, call: Call, inspected: InspectedCart, reason: string) {
  const { found, live, view } = inspected;
  const state = live?.inspection?.state;
  const skus = state ? [...new Set(state.lines.map(({ sku }) => sku))] : skusOf(view);
  if (skus.length === 0 || found.status === 'checkout') return undefined;
  const { facts, isComplete } = await parts.facts.read(skus);
  if (!isComplete)
    throw new Problem('dependency_unavailable', 'The catalogue is out of reach at the moment.');
  const act = { type: 'repriceLines' as const, reason, skus, facts: [...facts.values()] };
  return await actOnCart(parts, call, found, act, 'reprice');
}

/** Rejects with `cart_not_found`, `cart_closed` for a cart that has ended, or as `Carts` does. */
export async function repairCart(
  parts: OperatorParts,
  call: Call,
  id: string,
  reason: string,
): Promise<Repaired> {
  const inspected = await inspectCart(parts, id);
  const { found, live } = inspected;
  if (isOver(found)) throw new Problem('cart_closed', 'This cart has ended; it stays as it was.');
  const republished = await republish(parts, inspected);
  const repriced = await reprice(parts, call, inspected, reason);
  const message = 'The lines were brought up to date with the catalogue.';
  return {
    cartId: found.cartId,
    version: repriced?.version ?? live?.inspection?.state.version ?? found.version,
    done: [...republished, ...(repriced?.hasChanged ? [{ code: 'repriced' as const, message }] : [])],
  };
}
