/**
 * The keys of the requests that this cart has applied, so that a retry is answered and not applied again. Temporal removes
 * duplicate Updates only within one run; this list crosses continue-as-new and generations. Refusals are not remembered.
 */
import type { OperationOutcome } from '../contract/operations.ts';
import type { CartPolicy } from './state.ts';
import { REMEMBERED_BYTES, weightOf } from './weight.ts';

export interface RememberedKey {
  key: string;
  fingerprint: string;
  attempt: string;
  version: number;
  outcomes: OperationOutcome[];
  at: number;
}

export const findKey = (remembered: readonly RememberedKey[], key: string): RememberedKey | undefined =>
  remembered.find((entry) => entry.key === key);

/** Outcomes up to which nobody needs to weigh: single operations have one each. */
const LIGHT_OUTCOMES = 512;

/** A merge counts as many times as it has notices. */
const countOf = (outcomes: readonly OperationOutcome[]): number =>
  outcomes.reduce((sum, outcome) => {
    const notices = outcome.ok ? outcome.merge : undefined;
    return sum + 1 + (notices ? notices.adjusted.length + notices.dropped.length : 0);
  }, 0);

/** The newest entries that stay within the budget, at least one. */
function withinBudget(entries: RememberedKey[]): RememberedKey[] {
  if (entries.reduce((sum, { outcomes }) => sum + countOf(outcomes), 0) <= LIGHT_OUTCOMES) return entries;
  let weight = 0;
  const first = entries.findLastIndex((entry) => {
    weight += weightOf(entry);
    return weight > REMEMBERED_BYTES;
  });
  return entries.slice(Math.min(first + 1, entries.length - 1));
}

/** Oldest first; entries beyond the number or the age of the policy, or the weight that a cart may carry, are forgotten. */
export function rememberKey(
  remembered: readonly RememberedKey[],
  entry: RememberedKey,
  policy: Pick<CartPolicy, 'rememberedKeysMax' | 'rememberedKeysAgeMs'>,
): RememberedKey[] {
  const young = remembered.filter((other) => other.at > entry.at - policy.rememberedKeysAgeMs);
  return withinBudget([...young, entry].slice(-policy.rememberedKeysMax));
}
