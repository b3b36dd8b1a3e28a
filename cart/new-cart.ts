/** How a cart begins: as the first of a workflow, or as the empty next generation after an order. */
import type { CartState } from './state.ts';

export type NewCart = Pick<CartState, 'cartId' | 'owner' | 'ownerHash' | 'currency'>;

export const newCart = (birth: NewCart, now: number): CartState => ({
  ...birth,
  bornAt: now,
  generation: 1,
  status: 'active',
  version: 0,
  lines: [],
  nextLine: 1,
  createdAt: now,
  updatedAt: now,
});

/**
 * Ends the cart as `completed` and begins an empty one with a new public id. The version counts on and line numbers go on, so
 * that neither a late retry nor an old line id can touch the new cart. Remembered keys stay with the workflow.
 */
export function nextGeneration(
  state: CartState,
  cartId: string,
  now: number,
): { finished: CartState; next: CartState } {
  const version = state.version + 1;
  const updatedAt = Math.max(now, state.updatedAt);
  const { notices: _read, absence: _over, ...kept } = state;
  return {
    finished: { ...state, status: 'completed', version, updatedAt },
    next: {
      ...kept,
      cartId,
      generation: state.generation + 1,
      status: 'active',
      version,
      lines: [],
      createdAt: updatedAt,
      updatedAt,
    },
  };
}

/** The empty cart after one that has expired: under a new public id, its versions counting on. */
export function reopen(state: CartState, cartId: string, now: number): CartState {
  const { notices: _read, absence: _over, ...kept } = state;
  const at = Math.max(now, state.updatedAt);
  const { generation } = state;
  return {
    ...kept,
    cartId,
    generation: generation + 1,
    status: 'active',
    lines: [],
    createdAt: at,
    updatedAt: at,
  };
}
