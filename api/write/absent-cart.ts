/** What becomes of operations where there is no cart to change: clearing nothing is done, a link brings back what can be had (here: none of it), and nothing else can be. */
import type {
  MergeNotice,
  OperationOutcome,
  Refusal,
  Restore,
  ShopperOperation,
} from '../../contract/operations.ts';
import type { Resolved } from './resolve-facts.ts';

const NO_LINE: Refusal = { code: 'line_not_found', detail: 'This line is not in the cart.' };

/** No cart is made for what nobody can have. */
const nothingRestored = ({ lines }: Restore): OperationOutcome => {
  const dropped = lines.map(
    ({ sku, title, quantity: wanted, facts }): MergeNotice => ({
      sku,
      title,
      wanted,
      quantity: 0,
      reason: facts?.active ? 'out_of_stock' : 'sku_unavailable',
    }),
  );
  return { ok: true, isUnchanged: true, merge: { adjusted: [], dropped } };
};

const outcomeOf = (operation: ShopperOperation, refusal: Refusal | undefined): OperationOutcome => {
  if (operation.type === 'clear') return { ok: true };
  if (operation.type === 'restore') return nothingRestored(operation);
  return { ok: false, refusal: refusal ?? NO_LINE };
};

/** `refusals`: what the catalogue said against the operations, by index. */
export function applyToNothing(
  { operations, refusals }: Resolved,
  isAtomic: boolean,
): { outcomes: OperationOutcome[]; refusal?: Refusal } {
  const outcomes = operations.map((operation, index) => outcomeOf(operation, refusals.get(index)));
  const index = outcomes.findIndex((outcome) => !outcome.ok);
  const first = outcomes[index];
  if (!isAtomic || first === undefined || first.ok) return { outcomes };
  const { refusal } = first;
  if (operations.length === 1) return { outcomes, refusal };
  const where = { path: `operations[${index}]`, code: refusal.code, message: refusal.detail };
  return { outcomes, refusal: { ...refusal, errors: [where] } };
}
