/** What operators do to a cart. Doing it again changes nothing: the same state comes back, and nobody counts a change. */
import { MAX_NOTICES } from '../contract/limits.ts';
import type { OperatorAct, RepriceLines, Withdraw } from '../contract/operator-acts.ts';
import { reprice } from './reprice.ts';
import type { CartState } from './state.ts';
import { refuse, type Verdict } from './verdict.ts';

function repriceLines(state: CartState, act: RepriceLines, now: number): Verdict {
  if (act.facts === undefined) {
    return refuse(
      'dependency_unavailable',
      'The prices were not looked up; send this through the admin API.',
    );
  }
  const { state: next, hasChanged } = reprice(state, act.skus, act.facts, now);
  return { ok: true, state: hasChanged ? next : state };
}

function withdraw(state: CartState, { sku, notice }: Withdraw, now: number): Verdict {
  const gone = state.lines.find((line) => line.sku === sku);
  if (!gone) return { ok: true, state };
  const message = notice ?? `${gone.title} was taken out of the cart by the shop.`;
  const notices = [...(state.notices ?? []), { code: 'line_withdrawn' as const, message, at: now }];
  const lines = state.lines.filter((line) => line.sku !== sku);
  return { ok: true, state: { ...state, lines, notices: notices.slice(-MAX_NOTICES) } };
}

function lock(state: CartState, reason: string, now: number): Verdict {
  return { ok: true, state: state.lock ? state : { ...state, lock: { reason, at: now } } };
}

function unlock(state: CartState): Verdict {
  if (!state.lock) return { ok: true, state };
  const { lock: _lifted, ...open } = state;
  return { ok: true, state: open };
}

/** A checkout may be locked against what comes after it; its lines are left alone. */
export function operatorAct(state: CartState, act: OperatorAct, now: number): Verdict {
  if (act.cartId !== undefined && act.cartId !== state.cartId) {
    return refuse('cart_closed', 'This cart is closed; its owner has a newer one.');
  }
  if (state.status !== 'active' && state.status !== 'checkout') {
    return refuse('cart_closed', 'This cart is closed.');
  }
  if (act.type === 'lock') return lock(state, act.reason, now);
  if (act.type === 'unlock') return unlock(state);
  if (state.status === 'checkout') {
    return refuse('checkout_in_progress', 'A checkout is under way; its lines stay as they are.');
  }
  if (state.surrender) {
    return refuse('merge_in_progress', 'This cart is on its way into the cart of a customer.');
  }
  return act.type === 'withdraw' ? withdraw(state, act, now) : repriceLines(state, act, now);
}
