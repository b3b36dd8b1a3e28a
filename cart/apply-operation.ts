/** One operation on one cart: the table of rules, the states in which a cart may be changed, and the version that counts changes. */
import { NOTICE_LIFE_MS } from '../contract/limits.ts';
import { isOperatorAct } from '../contract/operator-acts.ts';
import type { CartOperation, RequestedOperation } from '../contract/operations.ts';
import { addItem } from './add-item.ts';
import { clear } from './clear.ts';
import { operatorAct } from './operator-acts.ts';
import { removeItem } from './remove-item.ts';
import type { CartState } from './state.ts';
import { updateItem } from './update-item.ts';
import { refuse, type Verdict } from './verdict.ts';

function shopperRule(state: CartState, operation: CartOperation, now: number): Verdict {
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

/** What shoppers do is refused while the cart is not theirs to change. */
function rule(state: CartState, operation: RequestedOperation, now: number): Verdict {
  if (isOperatorAct(operation)) return operatorAct(state, operation, now);
  if (state.status === 'checkout') {
    return refuse('checkout_in_progress', 'A checkout is under way; finish or cancel it first.');
  }
  if (state.status !== 'active') return refuse('cart_closed', 'This cart is closed.');
  if (state.lock) return refuse('cart_locked', 'The shop has locked this cart for the moment.');
  return shopperRule(state, operation, now);
}

/** Notices that nobody needs to read any more. */
function withoutOldNotices(state: CartState, now: number): CartState {
  if (!state.notices) return state;
  const { notices, ...rest } = state;
  const young = notices.filter(({ at }) => at > now - NOTICE_LIFE_MS);
  return young.length === 0 ? rest : { ...rest, notices: young };
}

/**
 * Applies the operation: every one that changed something raises the version by exactly one. `now` is epoch milliseconds; time never
 * runs backwards in a cart, whatever the clock does.
 */
export function applyOperation(state: CartState, operation: RequestedOperation, now: number): Verdict {
  const verdict = rule(state, operation, now);
  if (!verdict.ok || verdict.state === state) return verdict;
  const updatedAt = Math.max(now, state.updatedAt);
  const next = withoutOldNotices(verdict.state, now);
  return { ...verdict, state: { ...next, version: state.version + 1, updatedAt } };
}
