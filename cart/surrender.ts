/** The guest's side of a merge: handed over (frozen), given back, or closed for good with a successor. */
import type { Refusal } from '../contract/operations.ts';
import { refuseChange } from './apply-operation.ts';
import type { Snapshot } from './merge.ts';
import type { CartState, Surrender } from './state.ts';
import { refuse } from './verdict.ts';

/** `frozen`: the cart as it now waits. Neither: there is nothing to hand over. */
export type SurrenderVerdict = { frozen?: CartState; refusal?: Refusal };

/** One customer at a time; the same one may ask again, under a new ticket, and gets the same cart. */
export function surrender(state: CartState, claim: Surrender): SurrenderVerdict {
  if (state.owner !== 'guest') return refuse('merge_not_possible', 'Only the cart of a guest can be merged.');
  const holder = state.surrender?.to ?? state.successor;
  if (holder !== undefined && holder !== claim.to) {
    return refuse('merge_not_possible', 'This guest cart belongs to another customer by now.');
  }
  const { surrender: _mine, ...open } = state;
  const refusal = refuseChange(open);
  // A cart that has ended has nothing to give; anything else in the way may pass.
  if (refusal) return refusal.code === 'cart_closed' ? {} : { refusal };
  if (state.lines.length === 0) return {};
  return { frozen: { ...open, surrender: claim } };
}

/** Nothing came of it: the cart goes on as it was. An answer to another attempt changes nothing. */
export function giveBack(state: CartState, ticket: string): CartState {
  if (state.surrender?.ticket !== ticket) return state;
  const { surrender: _over, ...open } = state;
  return open;
}

/**
 * The customer's cart has it all: closed, one version on, with the lines as they were handed over. Undefined where the cart was not
 * handed to that customer.
 */
export function closeAsMerged(state: CartState, successor: string, now: number): CartState | undefined {
  if (state.surrender?.to !== successor) return undefined;
  const { surrender: _over, absence: _ended, ...open } = state;
  // Later than every write of this cart, so that what was published of those is known to have lasted.
  const updatedAt = Math.max(now, state.updatedAt + 1);
  return { ...open, status: 'merged', successor, version: state.version + 1, updatedAt };
}

export const snapshotOf = ({ cartId, currency, lines }: CartState): Snapshot => ({ cartId, currency, lines });
