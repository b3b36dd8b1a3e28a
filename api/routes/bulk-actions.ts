/** Operators act on every open cart that holds a SKU, and follow how far it is. */
import { z } from '@hono/zod-openapi';
import { BULK_ACTION_PREFIX, type BulkAction } from '../../contract/bulk-action.ts';
import { countChangesOf } from '../../database/cart-audit.ts';
import type { Sql } from '../../database/client.ts';
import type { BulkActionGateway, BulkActionState } from '../bulk-action-gateway.ts';
import { type Call, defineRoute, type Router } from '../define-route.ts';
import { shortHash } from '../headers/idempotency-key.ts';
import { operatorOf } from '../operators/act-on-cart.ts';
import { bulkActionBody, bulkActionSchema, bulkActionsSchema } from '../operators/bulk-schemas.ts';
import { fromDatabase } from '../from-database.ts';
import { NO_STORE } from '../operators/operator-parts.ts';
import { Problem } from '../problem.ts';
import { json, replayed, type Reply } from '../reply.ts';
import { canonicalJson, randomKey } from '../write/cart-request.ts';
import { present } from './items.ts';
import { OPERATORS_TAG } from './operator-carts.ts';

export interface BulkParts {
  sql: Sql;
  bulkActions: BulkActionGateway;
}

const params = z.object({
  bulkActionId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{22}$/)
    .openapi({ description: 'As `POST /admin/bulk-actions` told it.' }),
});

const unknown = (): Problem => new Problem('bulk_action_not_found', 'There is no bulk action with this id.');

/** With what the audit trail knows: told carts that held the SKU no more have changed nothing. */
async function view({ sql }: BulkParts, state: BulkActionState) {
  const changed = await fromDatabase(() => countChangesOf(sql, BULK_ACTION_PREFIX + state.id));
  return { ...state, changed };
}

async function see(parts: BulkParts, id: string) {
  const state = await parts.bulkActions.see(id);
  if (!state) throw unknown();
  return await view(parts, state);
}

async function start(
  parts: BulkParts,
  call: Call<unknown, unknown, z.output<typeof bulkActionBody>>,
): Promise<Reply> {
  const actor = operatorOf(call);
  const { action: type, ...rest } = present(call.body);
  const action = { type, ...rest } as BulkAction;
  const fingerprint = shortHash(canonicalJson(action));
  const id = shortHash(`${actor}\n${call.headers?.idempotencyKey ?? randomKey()}`);
  const started = await parts.bulkActions.start(id, action, { actor, fingerprint });
  if (started.fingerprint !== fingerprint) {
    throw new Problem('idempotency_key_reused', 'This Idempotency-Key was used for another bulk action.');
  }
  return json(202, await see(parts, id), {
    ...NO_STORE,
    location: `/admin/bulk-actions/${id}`,
    ...replayed(!started.isFresh),
  });
}

export function bulkActionRoutes(router: Router, parts: BulkParts): void {
  const path = '/admin/bulk-actions';
  const one = `${path}/{bulkActionId}`;
  const answer = (description: string) => ({ description, schema: bulkActionSchema });
  defineRoute(
    router,
    {
      method: 'post',
      path,
      operationId: 'startBulkAction',
      tag: OPERATORS_TAG,
      summary: 'Act on every open cart that holds a SKU',
      description:
        'Re-price its lines, or take them out with a notice to the shopper. Runs to its end whatever dies; the same key is one run.',
      access: 'operate',
      body: bulkActionBody,
      answers: { 202: { ...answer('On its way for good.'), headers: { Location: 'Where to follow it.' } } },
    },
    (call) => start(parts, call),
  );
  defineRoute(
    router,
    {
      method: 'get',
      path,
      operationId: 'listBulkActions',
      tag: OPERATORS_TAG,
      summary: 'The newest fifty bulk actions',
      access: 'inspect',
      query: z.object({ status: z.enum(['running', 'done', 'stopped', 'failed']).optional() }),
      answers: { 200: { description: 'Newest first.', schema: bulkActionsSchema } },
      errors: ['deadline_exceeded'],
    },
    async ({ query: { status } }) => {
      const all = await parts.bulkActions.list();
      const states = all.filter((state) => status === undefined || state.status === status);
      return json(
        200,
        { bulkActions: await Promise.all(states.map((state) => view(parts, state))) },
        NO_STORE,
      );
    },
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: one,
      operationId: 'seeBulkAction',
      tag: OPERATORS_TAG,
      summary: 'How far a bulk action is',
      access: 'inspect',
      params,
      answers: { 200: answer('Its state.') },
      errors: ['bulk_action_not_found', 'deadline_exceeded'],
    },
    async (call) => json(200, await see(parts, call.params.bulkActionId), NO_STORE),
  );
  defineRoute(
    router,
    {
      method: 'post',
      path: `${one}/cancel`,
      operationId: 'cancelBulkAction',
      tag: OPERATORS_TAG,
      summary: 'Stop a bulk action after the batch under way',
      description: 'What was done stays done. One that has ended stays as it is.',
      access: 'operate',
      params,
      answers: { 202: answer('It stops.') },
      errors: ['bulk_action_not_found'],
    },
    async (call) => {
      await parts.bulkActions.stop(call.params.bulkActionId);
      return json(202, await see(parts, call.params.bulkActionId), NO_STORE);
    },
  );
}
