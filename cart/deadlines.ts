/**
 * When a cart ends by itself: counted from its last change, never while a checkout or a merge runs, or an operator has locked it. And when it
 * has been left alone for long enough to do what is not urgent.
 */
import { absenceOf, withoutAbsence } from './abandonment.ts';
import type { CartPolicy, CartState } from './state.ts';

export type ExpiryPolicy = Pick<CartPolicy, 'expiryEmptyMs' | 'expiryGuestMs' | 'expiryCustomerMs'>;

/** Epoch ms at which the cart expires; undefined while it cannot. */
export function expiresAt(state: CartState, policy: ExpiryPolicy): number | undefined {
  if (state.status !== 'active' || state.lock || state.surrender) return undefined;
  if (state.lines.length === 0) return state.updatedAt + policy.expiryEmptyMs;
  return state.updatedAt + (state.owner === 'guest' ? policy.expiryGuestMs : policy.expiryCustomerMs);
}

/** Epoch ms at which the cart will have been quiet for `idleTickMs`: since its last change, or its shopper's last visit. */
export const quietAt = (state: CartState, { idleTickMs }: Pick<CartPolicy, 'idleTickMs'>): number =>
  Math.max(state.updatedAt, absenceOf(state).since) + idleTickMs;

/** The cart after its time: closed, one version on. */
export const expire = (state: CartState, now: number): CartState => ({
  ...withoutAbsence(state),
  status: 'expired',
  version: state.version + 1,
  updatedAt: Math.max(now, state.updatedAt),
});
