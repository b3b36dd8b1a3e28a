/**
 * The keys of the requests that this cart has applied, so that a retry is answered and not applied again. Temporal removes
 * duplicate Updates only within one run; this list crosses continue-as-new and generations. Refusals are not remembered.
 */
import type { OperationOutcome } from '../contract/operations.ts';
import type { CartPolicy } from './state.ts';

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

/** Oldest first; entries beyond the number or the age of the policy are forgotten. */
export function rememberKey(
  remembered: readonly RememberedKey[],
  entry: RememberedKey,
  policy: Pick<CartPolicy, 'rememberedKeysMax' | 'rememberedKeysAgeMs'>,
): RememberedKey[] {
  const young = remembered.filter((other) => other.at > entry.at - policy.rememberedKeysAgeMs);
  return [...young, entry].slice(-policy.rememberedKeysMax);
}
