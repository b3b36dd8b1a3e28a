/** Takes a line out of the cart. */
import type { RemoveItem } from '../contract/operations.ts';
import type { CartState } from './state.ts';
import { refuse, type Verdict } from './verdict.ts';

export function removeItem(state: CartState, operation: RemoveItem): Verdict {
  if (!state.lines.some((line) => line.id === operation.lineId)) {
    return refuse('line_not_found', 'This line is not in the cart.');
  }
  const lines = state.lines.filter((line) => line.id !== operation.lineId);
  return { ok: true, state: { ...state, lines }, lineId: operation.lineId };
}
