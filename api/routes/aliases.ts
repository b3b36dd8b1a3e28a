/** The command-style paths of older storefronts: thin aliases of the routes in items.ts and cart.ts. */
import { z } from '@hono/zod-openapi';
import { defineRoute, type Router } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { addCommandSchema, lineIdSchema, removeCommandSchema, updateCommandSchema } from '../schemas.ts';
import { answerWrite } from '../write/replies.ts';
import type { WriteParts } from '../write/submit-change.ts';
import { ACCEPTED_ANSWER, CART_ANSWER } from './cart.ts';
import {
  ADD_ERRORS,
  addItem,
  CREATED_ANSWER,
  present,
  removeItem,
  UPDATE_ERRORS,
  updateItem,
} from './items.ts';

const TAG = 'Command-style aliases';

/** The line is named in the body or in the query, once. */
function lineOf(body: { lineId: string } | undefined, query: { lineId?: string | undefined }): string {
  const lineId = body?.lineId ?? query.lineId;
  if (lineId !== undefined && (body === undefined || query.lineId === undefined || query.lineId === lineId)) {
    return lineId;
  }
  const message = lineId === undefined ? 'Name the line.' : 'Body and query name different lines.';
  throw new Problem('validation_failed', `lineId: ${message}`, {
    errors: [{ path: 'lineId', code: 'custom', message }],
  });
}

export function aliasRoutes(router: Router, parts: WriteParts): void {
  const answers = { 200: CART_ANSWER, 202: ACCEPTED_ANSWER };
  defineRoute(
    router,
    {
      method: 'post',
      path: '/cart/add',
      operationId: 'addItemCommand',
      tag: TAG,
      summary: 'Alias of POST /cart/items',
      access: 'write',
      body: addCommandSchema,
      answers: { 201: CREATED_ANSWER, 202: ACCEPTED_ANSWER },
      errors: ADD_ERRORS,
    },
    (call) => addItem(parts, call, present(call.body)),
  );
  defineRoute(
    router,
    {
      method: 'put',
      path: '/cart/update',
      operationId: 'updateItemCommand',
      tag: TAG,
      summary: 'Alias of PATCH /cart/items/{lineId}',
      access: 'write',
      body: updateCommandSchema,
      answers,
      errors: UPDATE_ERRORS,
    },
    (call) => updateItem(parts, call, call.body),
  );
  defineRoute(
    router,
    {
      method: 'delete',
      path: '/cart/remove',
      operationId: 'removeItemCommand',
      tag: TAG,
      summary: 'Alias of DELETE /cart/items/{lineId}',
      description: 'The line is named in the body or as `?lineId=`.',
      access: 'write',
      query: z.object({ lineId: lineIdSchema.optional() }),
      body: removeCommandSchema,
      isBodyOptional: true,
      answers,
      errors: ['line_not_found'],
    },
    (call) => removeItem(parts, call, lineOf(call.body, call.query)),
  );
  defineRoute(
    router,
    {
      method: 'delete',
      path: '/cart/clear',
      operationId: 'clearCartCommand',
      tag: TAG,
      summary: 'Alias of DELETE /cart',
      access: 'write',
      answers,
    },
    (call) => answerWrite(parts, call, { atomic: true, operations: [{ type: 'clear' }] }),
  );
}
