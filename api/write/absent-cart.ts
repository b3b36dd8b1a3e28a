/** What becomes of operations where there is no cart to change: clearing nothing is done, and nothing else can be. */
import type { CartOperation, OperationOutcome, Refusal } from '../../contract/operations.ts';
import type { Change } from './cart-request.ts';

const NO_LINE: Refusal = { code: 'line_not_found', detail: 'This line is not in the cart.' };

const outcomeOf = (operation: CartOperation, refusal: Refusal | undefined): OperationOutcome => {
  if (operation.type === 'clear') return { ok: true };
  return { ok: false, refusal: refusal ?? NO_LINE };
};

/** `refusals`: what the catalogue said against the operations, by index. */
export function applyToNothing(
  change: Change,
  refusals: ReadonlyMap<number, Refusal>,
): { outcomes: OperationOutcome[]; refusal?: Refusal } {
  const outcomes = change.operations.map((operation, index) => outcomeOf(operation, refusals.get(index)));
  const index = outcomes.findIndex((outcome) => !outcome.ok);
  const first = outcomes[index];
  if (!change.atomic || first === undefined || first.ok) return { outcomes };
  const { refusal } = first;
  if (change.operations.length === 1) return { outcomes, refusal };
  const where = { path: `operations[${index}]`, code: refusal.code, message: refusal.detail };
  return { outcomes, refusal: { ...refusal, errors: [where] } };
}
