/** What became of a request: for those that were answered with 202, and for anybody who lost an answer. */
import { z } from '@hono/zod-openapi';
import { MAX_KEY_LENGTH } from '../../contract/limits.ts';
import type { OperationStatus } from '../../contract/operations.ts';
import { readRequest } from '../../database/cart-projection.ts';
import { isUnavailable } from '../../database/client.ts';
import { operationStatusSchema } from '../answer-schemas.ts';
import type { CartOwner } from '../carts.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { shortHash } from '../headers/idempotency-key.ts';
import { Problem } from '../problem.ts';
import { json } from '../reply.ts';
import type { WriteParts } from '../write/submit-change.ts';

const keySchema = z
  .string()
  .min(1)
  .max(MAX_KEY_LENGTH)
  .regex(/^[\x20-\x7e]+$/)
  .openapi({ description: 'The Idempotency-Key, or the key from `Location`.' });

/** What the read model can be sure of. Undefined as well while it is out of reach. */
async function publishedStatus(
  parts: WriteParts,
  owner: CartOwner,
  keyHash: string,
): Promise<OperationStatus | undefined> {
  try {
    const record = await readRequest(parts.sql, owner.workflowId, keyHash);
    if (record?.refusal) return { status: 'refused', refusal: record.refusal };
    if (record?.isLasting) return { status: 'applied', version: record.version };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
  }
  return undefined;
}

/** From the read model, else from the cart, else from the read model again: it may have been on its way from the one to the other. */
async function statusOf(
  parts: WriteParts,
  owner: CartOwner,
  keyHash: string,
): Promise<OperationStatus | undefined> {
  return (
    (await publishedStatus(parts, owner, keyHash)) ??
    (await parts.carts.queryStatus(owner, keyHash)) ??
    (await publishedStatus(parts, owner, keyHash))
  );
}

function statusView(key: string, status: OperationStatus) {
  if (status.status !== 'refused') return { key, ...status };
  const { code, detail } = status.refusal;
  return { key, status: status.status, code, detail };
}

export function operationRoutes(router: Router, parts: WriteParts): void {
  defineRoute(
    router,
    {
      method: 'get',
      path: '/cart/operations/{key}',
      operationId: 'getOperation',
      tag: 'Cart',
      summary: 'What became of a request',
      access: 'read',
      params: z.object({ key: keySchema }),
      answers: { 200: { description: 'Pending, applied or refused.', schema: operationStatusSchema } },
      errors: ['operation_not_found'],
    },
    async ({ caller, params: { key } }) => {
      const status = caller.owner && (await statusOf(parts, caller.owner, shortHash(key)));
      if (!status) throw new Problem('operation_not_found', 'Your cart knows of no request with this key.');
      return json(200, statusView(key, status), { 'cache-control': 'no-store' });
    },
  );
}
