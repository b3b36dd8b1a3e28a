/**
 * One request on one cart, exactly once: known key → the old receipt; stale If-Match → refused; then its operations, all or
 * none (atomic) or each for itself. The order of these checks is part of the contract.
 */
import type { CartRequest, OperationOutcome, Receipt, Refusal } from '../contract/operations.ts';
import { type AnyOperation, applyOperation } from './apply-operation.ts';
import { changeBetween } from './change.ts';
import type { AuditEntry, RequestRecord } from './publication.ts';
import { findKey, type RememberedKey, rememberKey } from './remembered-keys.ts';
import type { CartPolicy, CartState } from './state.ts';
import { refuse } from './verdict.ts';

/** A request, whoever made it: what carts ask of each other is among the operations. */
export type AnyRequest = Omit<CartRequest, 'operations'> & { operations: AnyOperation[] };

/** A cart and the requests that it remembers. */
export interface Ledger {
  state: CartState;
  remembered: RememberedKey[];
}

export interface Applied {
  ledger: Ledger;
  receipt: Receipt;
  /** False: nothing happened (refused, or a replay). */
  hasChanged: boolean;
  audit: AuditEntry[];
  /** What `GET /cart/operations/{key}` will say; absent for a replay. */
  record?: RequestRecord;
}

type Progress = { state: CartState; outcomes: OperationOutcome[]; audit: AuditEntry[] };

/** What was asked, without what it was judged by: product facts, the lines of a guest's cart. `change` says what came of it. */
function written(operation: AnyOperation): unknown {
  if (operation.type === 'restore') {
    return { ...operation, lines: operation.lines.map(({ facts: _judged, ...line }) => line) };
  }
  if (operation.type !== 'merge') return { ...operation, facts: undefined };
  const { cartId, currency } = operation.guest;
  return { ...operation, guest: { cartId, currency } };
}

function step(
  progress: Progress,
  operation: AnyOperation,
  request: AnyRequest,
  now: number,
): Refusal | undefined {
  const before = progress.state;
  const verdict = applyOperation(before, operation, now);
  if (!verdict.ok) {
    progress.outcomes.push({ ok: false, refusal: verdict.refusal });
    return verdict.refusal;
  }
  if (verdict.state === before) {
    const merge = operation.type === 'restore' && verdict.merge ? { merge: verdict.merge } : {};
    progress.outcomes.push({ ok: true, isUnchanged: true, ...merge });
    return undefined;
  }
  progress.state = verdict.state;
  const { lineId, merge, checkoutId } = verdict;
  progress.outcomes.push({
    ok: true,
    ...(lineId === undefined ? {} : { lineId }),
    ...(merge === undefined ? {} : { merge }),
    ...(checkoutId === undefined ? {} : { checkoutId }),
  });
  progress.audit.push({
    cartId: verdict.state.cartId,
    version: verdict.state.version,
    kind: operation.type,
    operation: written(operation),
    change: changeBetween(before, verdict.state),
    actor: request.actor,
    key: request.key,
    requestId: request.requestId,
    // Never before the change that it follows, whatever the clock does: the trail is told apart by it.
    at: verdict.state.updatedAt,
  });
  return undefined;
}

function run(state: CartState, request: AnyRequest, now: number): Progress & { refusal?: Refusal } {
  const progress: Progress = { state, outcomes: [], audit: [] };
  for (const [index, operation] of request.operations.entries()) {
    const refusal = step(progress, operation, request, now);
    if (!refusal || !request.atomic) continue;
    const isBatch = request.operations.length > 1;
    const where = { path: `operations[${index}]`, code: refusal.code, message: refusal.detail };
    return {
      state,
      outcomes: progress.outcomes,
      audit: [],
      refusal: isBatch ? { ...refusal, errors: [where, ...(refusal.errors ?? [])] } : refusal,
    };
  }
  return progress;
}

function replay(ledger: Ledger, request: AnyRequest, known: RememberedKey): Receipt {
  const { key, version, attempt, outcomes } = known;
  if (known.fingerprint === request.fingerprint) return { key, attempt, version, outcomes };
  const detail = 'This Idempotency-Key was used for another request.';
  return refused(ledger, request, refuse('idempotency_key_reused', detail).refusal);
}

const refused = (ledger: Ledger, request: AnyRequest, refusal: Refusal): Receipt => ({
  key: request.key,
  attempt: request.attempt,
  version: ledger.state.version,
  outcomes: [],
  refusal,
});

const unchanged = (ledger: Ledger, receipt: Receipt): Applied => ({
  ledger,
  receipt,
  hasChanged: false,
  audit: [],
});

function recordOf(request: AnyRequest, receipt: Receipt, now: number): RequestRecord {
  const { key, fingerprint, requestId } = request;
  const { version, outcomes, refusal } = receipt;
  return { key, fingerprint, requestId, version, outcomes, at: now, ...(refusal ? { refusal } : {}) };
}

/** Applies the request to the ledger. Called twice with the same key, the second call changes nothing. */
export function applyRequest(
  ledger: Ledger,
  request: AnyRequest,
  now: number,
  policy: Pick<CartPolicy, 'rememberedKeysMax' | 'rememberedKeysAgeMs'>,
): Applied {
  const known = findKey(ledger.remembered, request.key);
  if (known) return unchanged(ledger, replay(ledger, request, known));

  const { version } = ledger.state;
  if (request.ifMatch !== undefined && request.ifMatch !== version) {
    const stale = refuse('version_conflict', 'The cart has changed meanwhile.', { currentVersion: version });
    const receipt = refused(ledger, request, stale.refusal);
    return { ...unchanged(ledger, receipt), record: recordOf(request, receipt, now) };
  }
  const { state, outcomes, audit, refusal } = run(ledger.state, request, now);
  const receipt: Receipt = {
    key: request.key,
    attempt: request.attempt,
    version: state.version,
    outcomes,
    ...(refusal ? { refusal } : {}),
  };
  const record = recordOf(request, receipt, now);
  if (audit.length === 0) return { ...unchanged(ledger, receipt), record };
  const entry: RememberedKey = {
    key: request.key,
    fingerprint: request.fingerprint,
    attempt: request.attempt,
    version: state.version,
    outcomes,
    at: now,
  };
  const remembered = rememberKey(ledger.remembered, entry, policy);
  return { ledger: { state, remembered }, receipt, hasChanged: true, audit, record };
}
