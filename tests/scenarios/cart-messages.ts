/** From a scenario's words to the cart's messages and back: for the drivers that speak to the rules or to the workflow. */
import { shortHash } from '../../api/headers/idempotency-key.ts';
import { canonicalJson } from '../../api/write/cart-request.ts';
import type { CartOperation, CartRequest, Receipt } from '../../contract/operations.ts';
import type { ProductFacts } from '../../contract/product-facts.ts';
import type { Answer, AskedOperation, AskedRequest, ProductChange } from './driver.ts';

/** As the API does it: each operation gets the facts of its SKU. `skuOfLine` knows the lines of the cart. */
export function toCartRequest(
  asked: AskedRequest,
  attempt: string,
  facts: ReadonlyMap<string, ProductFacts>,
  skuOfLine: (lineId: string) => string | undefined,
): CartRequest {
  const withFacts = (operation: AskedOperation): CartOperation => {
    if (operation.type !== 'addItem' && operation.type !== 'updateItem') return operation;
    const sku = operation.type === 'addItem' ? operation.sku : skuOfLine(operation.lineId);
    const found = facts.get(sku ?? '');
    return found ? { ...operation, facts: found } : operation;
  };
  const { operations, atomic, ifMatch } = asked;
  return {
    key: shortHash(asked.key ?? attempt),
    fingerprint: shortHash(canonicalJson({ atomic, operations })),
    attempt,
    actor: 'guest:scenario',
    requestId: `request-${attempt}`,
    atomic,
    operations: operations.map(withFacts),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}

const placeOf = (path: string | undefined): number | undefined => {
  const [, index] = /^operations\[(\d+)\]$/.exec(path ?? '') ?? [];
  return index === undefined ? undefined : Number(index);
};

/** What the shopper hears of a receipt that came back for `attempt`. */
export function toAnswer(receipt: Receipt, attempt: string): Answer {
  const { refusal, outcomes } = receipt;
  if (refusal) {
    const { code, available, currentVersion, errors } = refusal;
    const at = placeOf(errors?.[0]?.path);
    return {
      is: 'refused',
      code,
      ...(available === undefined ? {} : { available }),
      ...(currentVersion === undefined ? {} : { currentVersion }),
      ...(at === undefined ? {} : { at }),
    };
  }
  if (receipt.attempt !== attempt) return { is: 'replayed' };
  return { is: 'accepted', outcomes: outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.refusal.code)) };
}

/** The facts after the shop's change. */
export function changeFacts(facts: Map<string, ProductFacts>, change: ProductChange): void {
  const before = facts.get(change.sku);
  if (!before) throw new Error(`The catalogue has no ${change.sku}`);
  facts.set(change.sku, {
    ...before,
    unitPrice: change.price ?? before.unitPrice,
    available: change.stock ?? before.available,
    active: change.active ?? before.active,
    revision: before.revision + 1,
  });
}
