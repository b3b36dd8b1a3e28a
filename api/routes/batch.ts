/** Several operations in one request: all or none, or each for itself with its own outcome. */
import type { CartOperation, OperationOutcome } from '../../contract/operations.ts';
import { batchResultSchema } from '../answer-schemas.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { batchSchema } from '../schemas.ts';
import { answerWrite, type Compose } from '../write/replies.ts';
import type { WriteParts } from '../write/submit-change.ts';
import { ACCEPTED_ANSWER, CART_ANSWER } from './cart.ts';
import { ADD_ERRORS, present, UPDATE_ERRORS } from './items.ts';

function outcomeView(outcome: OperationOutcome, index: number) {
  if (outcome.ok) return present({ index, ok: true, lineId: outcome.lineId });
  const { code, detail, available } = outcome.refusal;
  return present({ index, ok: false, code, message: detail, available });
}

/** The cart's text goes in as it is. */
const withOutcomes: Compose = (view, settled) => ({
  status: 200,
  body: `{"cart":${view.text},"outcomes":${JSON.stringify(settled.outcomes.map(outcomeView))}}`,
});

export function batchRoutes(router: Router, parts: WriteParts): void {
  defineRoute(
    router,
    {
      method: 'post',
      path: '/cart/batch',
      operationId: 'applyBatch',
      tag: 'Cart',
      summary: 'Apply several operations',
      description:
        'Atomic: one refusal refuses all, and `errors[].path` names the operation. Otherwise the answer is 200 with an outcome for each.',
      access: 'write',
      body: batchSchema,
      answers: {
        200: {
          ...CART_ANSWER,
          description: 'The cart, and what became of each operation.',
          schema: batchResultSchema,
        },
        202: ACCEPTED_ANSWER,
      },
      errors: [...new Set([...ADD_ERRORS, ...UPDATE_ERRORS])],
    },
    (call) => {
      const operations = call.body.operations.map((operation) => present(operation) as CartOperation);
      return answerWrite(parts, call, { atomic: call.body.atomic, operations }, withOutcomes);
    },
  );
}
