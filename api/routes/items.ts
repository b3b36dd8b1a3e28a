/** Lines of the cart: add, change, remove. */
import { z } from '@hono/zod-openapi';
import type { AddItem, UpdateItem } from '../../contract/operations.ts';
import { type Call, defineRoute, type Router } from '../define-route.ts';
import type { Reply } from '../reply.ts';
import { addItemSchema, lineIdSchema, updateItemSchema } from '../schemas.ts';
import { answerWrite, type Compose } from '../write/replies.ts';
import type { WriteParts } from '../write/submit-change.ts';
import { ACCEPTED_ANSWER, CART_ANSWER } from './cart.ts';

export const ADD_ERRORS = [
  'sku_unknown',
  'sku_unavailable',
  'options_invalid',
  'out_of_stock',
  'quantity_limit',
  'line_limit',
  'cart_total_limit',
  'currency_mismatch',
] as const;

export const UPDATE_ERRORS = [
  'line_not_found',
  'options_invalid',
  'out_of_stock',
  'sku_unavailable',
  'quantity_limit',
  'cart_total_limit',
] as const;

/** Drops members that are undefined: absent and undefined are one in a fingerprint and on the wire. */
export const present = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;

const created: Compose = (_view, settled) => {
  const [outcome] = settled.outcomes;
  const lineId = outcome?.ok ? outcome.lineId : undefined;
  return lineId === undefined ? { status: 201 } : { status: 201, location: `/cart/items/${lineId}` };
};

/** Answers 201 with the line's address. */
export const addItem = (parts: WriteParts, call: Call, item: Omit<AddItem, 'type'>): Promise<Reply> =>
  answerWrite(parts, call, { atomic: true, operations: [{ type: 'addItem', ...item }] }, created);

export const updateItem = (parts: WriteParts, call: Call, item: Omit<UpdateItem, 'type'>): Promise<Reply> =>
  answerWrite(parts, call, { atomic: true, operations: [{ type: 'updateItem', ...item }] });

export const removeItem = (parts: WriteParts, call: Call, lineId: string): Promise<Reply> =>
  answerWrite(parts, call, { atomic: true, operations: [{ type: 'removeItem', lineId }] });

const lineParams = z.object({ lineId: lineIdSchema });

export const CREATED_ANSWER = {
  ...CART_ANSWER,
  headers: { ...CART_ANSWER.headers, Location: 'The line.' },
};

export function itemRoutes(router: Router, parts: WriteParts): void {
  defineRoute(
    router,
    {
      method: 'post',
      path: '/cart/items',
      operationId: 'addItem',
      tag: 'Cart',
      summary: 'Add units of a product',
      description:
        'The same SKU with equal options raises the quantity of the line that is there. The first write makes the cart.',
      access: 'write',
      body: addItemSchema,
      answers: { 201: CREATED_ANSWER, 202: ACCEPTED_ANSWER },
      errors: ADD_ERRORS,
    },
    (call) => addItem(parts, call, present(call.body)),
  );
  defineRoute(
    router,
    {
      method: 'patch',
      path: '/cart/items/{lineId}',
      operationId: 'updateItem',
      tag: 'Cart',
      summary: 'Change a line',
      description: 'Quantity 0 removes the line.',
      access: 'write',
      params: lineParams,
      body: updateItemSchema,
      answers: { 200: CART_ANSWER, 202: ACCEPTED_ANSWER },
      errors: UPDATE_ERRORS,
    },
    (call) => updateItem(parts, call, present({ lineId: call.params.lineId, ...call.body })),
  );
  defineRoute(
    router,
    {
      method: 'delete',
      path: '/cart/items/{lineId}',
      operationId: 'removeItem',
      tag: 'Cart',
      summary: 'Remove a line',
      access: 'write',
      params: lineParams,
      answers: { 200: CART_ANSWER, 202: ACCEPTED_ANSWER },
      errors: ['line_not_found'],
    },
    (call) => removeItem(parts, call, call.params.lineId),
  );
}
