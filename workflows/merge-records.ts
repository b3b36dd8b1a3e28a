/** The merges that a customer's cart remembers, within bounds: the list crosses continue-as-new. */
import type { CartPolicy } from '../cart/state.ts';
import { weightOf } from '../cart/weight.ts';
import type { MergeRecord } from './cart-input.ts';

const RECORDS_MAX = 32;
const RECORDS_BYTES = 60_000;

/** Oldest first; as old as remembered keys. What is forgotten is told by the guest's cart itself, which stays closed. */
export function rememberMerge(
  records: readonly MergeRecord[],
  entry: MergeRecord,
  { rememberedKeysAgeMs }: Pick<CartPolicy, 'rememberedKeysAgeMs'>,
): MergeRecord[] {
  const young = records.filter((record) => record.at > entry.at - rememberedKeysAgeMs);
  let kept = [...young, entry].slice(-RECORDS_MAX);
  while (kept.length > 1 && weightOf(kept) > RECORDS_BYTES) kept = kept.slice(1);
  return kept;
}
