/**
 * An operator's act on one cart: the same way as a shopper's write (lane, remembered keys, audit trail), under the operator's own keys and
 * with the operator's pseudonym as its actor.
 */
import type { OperatorAct } from '../../contract/operator-acts.ts';
import type { CartRequest, OperationOutcome, Refusal } from '../../contract/operations.ts';
import type { FoundCart } from '../../database/cart-directory.ts';
import { CartGone, type CartOwner } from '../carts.ts';
import type { Call } from '../define-route.ts';
import { shortHash } from '../headers/idempotency-key.ts';
import { Problem } from '../problem.ts';
import { canonicalJson, randomKey } from '../write/cart-request.ts';
import { findSettled } from '../write/known-request.ts';
import { isOver } from './inspect-cart.ts';
import type { OperatorParts } from './operator-parts.ts';

export interface Acted {
  version: number;
  hasChanged: boolean;
  isReplay: boolean;
}

const closed = (): Problem => new Problem('cart_closed', 'This cart has ended; nothing can be done to it.');

const ownerOf = (cart: FoundCart): CartOwner => ({
  kind: cart.ownerKind,
  workflowId: cart.workflowId,
  ownerHash: cart.ownerHash,
});

/** The operator, as the audit trail names them. */
export const operatorOf = (call: Call): string => call.caller.operator ?? 'operator';

function buildRequest(call: Call, act: OperatorAct, purpose: string): CartRequest {
  const operator = operatorOf(call);
  const key = call.headers?.idempotencyKey ?? randomKey();
  const asked = { ...act, facts: undefined };
  return {
    // Each operator has keys of their own, and one request may act twice.
    key: shortHash(`${operator}\n${purpose}\n${key}`),
    fingerprint: shortHash(canonicalJson(asked)),
    attempt: randomKey(),
    actor: operator,
    requestId: call.requestId,
    atomic: true,
    operations: [act],
  };
}

function actedBy(
  outcomes: readonly OperationOutcome[],
  version: number,
  refusal: Refusal | undefined,
  isReplay: boolean,
): Acted {
  const [outcome] = outcomes;
  const fault = refusal ?? (outcome && !outcome.ok ? outcome.refusal : undefined);
  if (fault) throw Problem.fromRefusal(fault);
  const hasChanged = !isReplay && !(outcome?.ok && outcome.isUnchanged);
  return { version, hasChanged, isReplay };
}

/** Rejects with the refusal's code, with `cart_closed` for a cart that has ended, or as `Carts` does. */
export async function actOnCart(
  parts: OperatorParts,
  call: Call,
  cart: FoundCart,
  act: OperatorAct,
  purpose = '',
): Promise<Acted> {
  if (isOver(cart)) throw closed();
  const owner = ownerOf(cart);
  const request = buildRequest(call, { ...act, cartId: cart.cartId }, purpose);
  if (call.headers?.idempotencyKey !== undefined) {
    const before = await findSettled(parts, owner, request);
    if (before) return actedBy(before.outcomes, before.version, before.refusal, before.isReplay);
  }
  const receipt = await parts.carts.submit(owner, request, { mayCreate: false }).catch((error: unknown) => {
    throw error instanceof CartGone ? closed() : error;
  });
  if (!receipt) throw closed();
  const isReplay = receipt.attempt !== request.attempt;
  return actedBy(receipt.outcomes, receipt.version, receipt.refusal, isReplay);
}
