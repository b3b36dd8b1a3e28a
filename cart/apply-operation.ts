/** One operation on one cart: the table of rules, the states in which a cart may be changed, and the version that counts changes. */
import type { CartOperation } from '../contract/operations.ts';
import { addItem } from './add-item.ts';
import { clear } from './clear.ts';
import { removeItem } from './remove-item.ts';
import type { CartState } from './state.ts';
import { updateItem } from './update-item.ts';
import { refuse, type Verdict } from './verdict.ts';

function rule(state: CartState, operation: CartOperation, now: number): Verdict {
  switch (operation.type) {
    case 'addItem':
      return addItem(state, operation, now);
    case 'updateItem':
      return updateItem(state, operation, now);
    case 'removeItem':
      return removeItem(state, operation);
    case 'clear':
      return clear(state);
  }
}

/**
 * Applies the operation: every accepted one raises the version by exactly one. `now` is epoch milliseconds; time never
 * runs backwards in a cart, whatever the clock does.
 */
export function applyOperation(state: CartState, operation: CartOperation, now: number): Verdict {
  if (state.status === 'checkout') {
    return refuse('checkout_in_progress', 'A checkout is under way; finish or cancel it first.');
  }
  if (state.status !== 'active') return refuse('cart_closed', 'This cart is closed.');
  const verdict = rule(state, operation, now);
  if (!verdict.ok) return verdict;
  const updatedAt = Math.max(now, state.updatedAt);
  return { ...verdict, state: { ...verdict.state, version: state.version + 1, updatedAt } };
}
