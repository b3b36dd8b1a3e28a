/**
 * What a change did to a cart, as it is kept in the audit trail: enough, with all changes before it, to have the cart again without the
 * catalogue and the rules of then. It is the difference of two states, so every kind of change has one.
 */
import type { UsedLink } from '../contract/abandonment.ts';
import type { CartStatus } from '../contract/cart-view.ts';
import type { Attributes } from '../contract/operations.ts';
import type { Options } from '../contract/product-facts.ts';
import { abandonedSince, absenceOf } from './abandonment.ts';
import type { CartLine, CartState } from './state.ts';

/** A line's fields that are new or have changed. Quantity 0: the line is gone. */
export interface LineChange {
  id: string;
  sku?: string;
  options?: Options;
  attributes?: Attributes;
  quantity?: number;
  /** Minor units. */
  unitPrice?: number;
}

export interface CartChange {
  status?: CartStatus;
  isLocked?: boolean;
  lines?: LineChange[];
  recovered?: Recovery;
}

/** The cart had been abandoned, and this brought the shopper back. */
export interface Recovery {
  episode: number;
  /** Messages promised by then. */
  messages: number;
  /** The message whose link was used. */
  link?: { episode: number; step: number };
}

const FIELDS = ['sku', 'options', 'attributes', 'quantity', 'unitPrice'] as const;

/** Undefined where nothing that the trail keeps has changed (availability alone is not kept). */
function lineChange(before: CartLine | undefined, after: CartLine): LineChange | undefined {
  if (before === after) return undefined;
  const changed = FIELDS.filter((field) => before?.[field] !== after[field]);
  if (changed.length === 0) return undefined;
  return { id: after.id, ...Object.fromEntries(changed.map((field) => [field, after[field]])) };
}

function lineChanges(before: CartState, after: CartState): LineChange[] {
  if (before.lines === after.lines) return [];
  const former = new Map(before.lines.map((line) => [line.id, line]));
  const changes = after.lines.flatMap((line) => {
    const change = lineChange(former.get(line.id), line);
    former.delete(line.id);
    return change ?? [];
  });
  return [...[...former.keys()].map((id) => ({ id, quantity: 0 })), ...changes];
}

/** `link`: what brought them back, where that is known. An end is no return. */
function recoveryBetween(
  before: CartState,
  after: CartState,
  link?: UsedLink,
): Pick<CartChange, 'recovered'> {
  if (abandonedSince(before) === undefined || after.status === 'expired') return {};
  const { episode, step } = absenceOf(before);
  if (after.cartId === before.cartId && after.absence?.episode === episode) return {};
  const used = link && { link: { episode: link.episode, step: link.step } };
  return { recovered: { episode, messages: step, ...used } };
}

/** From one state of a cart to a later one. Where the later one is another cart, the former has been completed. */
export function changeBetween(before: CartState, after: CartState, link?: UsedLink): CartChange {
  const recovered = recoveryBetween(before, after, link);
  if (before.cartId !== after.cartId) return { status: 'completed', ...recovered };
  const lines = lineChanges(before, after);
  const isLocked = after.lock !== undefined;
  return {
    ...(before.status === after.status ? {} : { status: after.status }),
    ...((before.lock !== undefined) === isLocked ? {} : { isLocked }),
    ...(lines.length === 0 ? {} : { lines }),
    ...recovered,
  };
}
