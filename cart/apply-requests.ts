/** Several requests on one cart, one after the other: what an Update's validator tries out and its handler then does. */
import { type AnyRequest, type Applied, applyRequest, type Ledger } from './apply-request.ts';
import type { CartPolicy } from './state.ts';

export interface AppliedAll {
  ledger: Ledger;
  applied: Applied[];
  hasChanged: boolean;
}

/** Each request sees the cart as the one before left it; a refused one changes nothing for the next. */
export function applyRequests(
  ledger: Ledger,
  requests: readonly AnyRequest[],
  now: number,
  policy: Pick<CartPolicy, 'rememberedKeysMax' | 'rememberedKeysAgeMs'>,
): AppliedAll {
  const applied: Applied[] = [];
  let current = ledger;
  for (const request of requests) {
    const result = applyRequest(current, request, now, policy);
    current = result.ledger;
    applied.push(result);
  }
  return { ledger: current, applied, hasChanged: applied.some((result) => result.hasChanged) };
}
