/** What a rule says: the next cart, or why not. A refusal is a value, not an exception: nothing happened. */
import type { ErrorCode } from '../contract/errors.ts';
import type { MergeNotices, Refusal } from '../contract/operations.ts';
import type { CartState } from './state.ts';

export type Verdict =
  | { ok: true; state: CartState; lineId?: string; merge?: MergeNotices; checkoutId?: string }
  | { ok: false; refusal: Refusal };

/** A refusal with a text fit for a shopper. */
export const refuse = (
  code: ErrorCode,
  detail: string,
  more: Omit<Refusal, 'code' | 'detail'> = {},
): { ok: false; refusal: Refusal } => ({ ok: false, refusal: { code, detail, ...more } });
