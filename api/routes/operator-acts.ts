/** Operators act on one cart: lock, unlock, repair. */
import { type Acted, actOnCart } from '../operators/act-on-cart.ts';
import { findOrRefuse } from '../operators/inspect-cart.ts';
import { NO_STORE, type OperatorParts } from '../operators/operator-parts.ts';
import { repairCart } from '../operators/repair-cart.ts';
import { actedSchema, reasonBody, repairedSchema } from '../operators/schemas.ts';
import { type Call, defineRoute, type Router } from '../define-route.ts';
import { json, replayed, type Reply } from '../reply.ts';
import { cartParams, OPERATORS_TAG } from './operator-carts.ts';

const REPLAYED = { 'Idempotent-Replayed': '`true` where the request had been carried out before.' };

const replyHeaders = ({ isReplay }: Pick<Acted, 'isReplay'>) => ({
  ...NO_STORE,
  ...replayed(isReplay),
});

type ActCall = Call<{ cartId: string }, unknown, { reason: string }>;

async function setLock(parts: OperatorParts, call: ActCall, type: 'lock' | 'unlock'): Promise<Reply> {
  const found = await findOrRefuse(parts, call.params.cartId);
  const acted = await actOnCart(parts, call, found, { type, reason: call.body.reason });
  const { version, hasChanged } = acted;
  const body = { cartId: found.cartId, version, isLocked: type === 'lock', hasChanged };
  return json(200, body, replyHeaders(acted));
}

const LOCKS = {
  lock: {
    summary: 'Lock a cart',
    description:
      'Shoppers read it, and their changes are answered with `cart_locked`, until it is unlocked. A locked cart does not expire.',
  },
  unlock: { summary: 'Unlock a cart', description: 'Shoppers may change it again.' },
};

export function operatorActRoutes(router: Router, parts: OperatorParts): void {
  for (const type of ['lock', 'unlock'] as const) {
    defineRoute(
      router,
      {
        method: 'post',
        path: `/admin/carts/{cartId}/${type}`,
        operationId: `${type}Cart`,
        tag: OPERATORS_TAG,
        ...LOCKS[type],
        access: 'operate',
        params: cartParams,
        body: reasonBody,
        answers: { 200: { description: 'Done, or so already.', schema: actedSchema, headers: REPLAYED } },
        errors: ['cart_not_found', 'cart_closed', 'cart_busy'],
      },
      (call) => setLock(parts, call, type),
    );
  }
  defineRoute(
    router,
    {
      method: 'post',
      path: '/admin/carts/{cartId}/repair',
      operationId: 'repairCart',
      tag: OPERATORS_TAG,
      summary: 'Mend a cart',
      description:
        'Writes the read model again where it differs from the workflow, and brings the lines up to date with the catalogue.',
      access: 'operate',
      params: cartParams,
      body: reasonBody,
      answers: { 200: { description: 'What was mended.', schema: repairedSchema } },
      errors: ['cart_not_found', 'cart_closed', 'cart_busy'],
    },
    async (call) => json(200, await repairCart(parts, call, call.params.cartId, call.body.reason), NO_STORE),
  );
}
