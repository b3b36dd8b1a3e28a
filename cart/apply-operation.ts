/** One operation on one cart: the table of rules, the states in which a cart may be changed, and the version that counts changes. */
import { NOTICE_LIFE_MS } from '../contract/limits.ts';
import { isOperatorAct } from '../contract/operator-acts.ts';
import type { Refusal, RequestedOperation, ShopperOperation } from '../contract/operations.ts';
import { shopActed, shopperActed } from './abandonment.ts';
import { addItem } from './add-item.ts';
import { type BeginCheckout, beginCheckout } from './begin-checkout.ts';
import { clear } from './clear.ts';
import { type MergeGuest, mergeGuest } from './merge.ts';
import { operatorAct } from './operator-acts.ts';
import { removeItem } from './remove-item.ts';
import { restore } from './restore.ts';
import type { CartState } from './state.ts';
import { updateItem } from './update-item.ts';
import { refuse, type Verdict } from './verdict.ts';

/** What is asked of a cart, and what carts do among themselves. */
export type AnyOperation = RequestedOperation | MergeGuest | BeginCheckout;

function shopperRule(state: CartState, operation: ShopperOperation, now: number): Verdict {
  switch (operation.type) {
    case 'addItem':
      return addItem(state, operation, now);
    case 'updateItem':
      return updateItem(state, operation, now);
    case 'removeItem':
      return removeItem(state, operation);
    case 'clear':
      return clear(state);
    case 'restore':
      return restore(state, operation, now);
  }
}

const MERGED = 'This cart was merged into the cart of a customer; sign in to go on.';

/** Why a cart is not its shopper's to change now, whatever is asked for. */
export function refuseChange(state: CartState): Refusal | undefined {
  if (state.status === 'checkout') {
    return refuse('checkout_in_progress', 'A checkout is under way; finish or cancel it first.').refusal;
  }
  if (state.status === 'merged') return refuse('cart_closed', MERGED, { successor: 'customer' }).refusal;
  if (state.status !== 'active') return refuse('cart_closed', 'This cart is closed.').refusal;
  if (state.lock) return refuse('cart_locked', 'The shop has locked this cart for the moment.').refusal;
  if (state.surrender) {
    return refuse('merge_in_progress', 'This cart is being merged into the cart of a customer.').refusal;
  }
  return undefined;
}

function rule(state: CartState, operation: AnyOperation, now: number): Verdict {
  if (isOperatorAct(operation)) return operatorAct(state, operation, now);
  const refusal = refuseChange(state);
  if (refusal) return { ok: false, refusal };
  if (operation.type === 'beginCheckout') return beginCheckout(state, operation, now);
  return operation.type === 'merge' ? mergeGuest(state, operation) : shopperRule(state, operation, now);
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
export function applyOperation(state: CartState, operation: AnyOperation, now: number): Verdict {
  const verdict = rule(state, operation, now);
  if (!verdict.ok || verdict.state === state) return verdict;
  const updatedAt = Math.max(now, state.updatedAt);
  const next = { ...withoutOldNotices(verdict.state, now), version: state.version + 1, updatedAt };
  return { ...verdict, state: isOperatorAct(operation) ? shopActed(state, next) : shopperActed(state, next) };
}
