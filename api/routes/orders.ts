/** Orders, read only: one's own, and with an Order-Token those of its checkout. Another's order looks like one that never was. */
import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { ORDER_TOKEN } from '../../contract/headers.ts';
import type { Sql } from '../../database/client.ts';
import { findOrder, listOrders, type OrderPlace, type OrderScope } from '../../database/order-views.ts';
import { type Call, defineRoute, type Router } from '../define-route.ts';
import { fromDatabase } from '../from-database.ts';
import { isNoneMatchHit } from '../headers/entity-tags.ts';
import { headerValues } from '../headers/raw-headers.ts';
import type { HandOut } from '../identity/credential-headers.ts';
import type { OrderTokens } from '../identity/order-token.ts';
import { orderPageSchema, orderSchema } from '../order-schemas.ts';
import { badCursor, PAGE_SIZE, pageQueryOf } from '../pages.ts';
import { Problem } from '../problem.ts';
import type { RateLimits } from '../rate/rate-limits.ts';
import type { Reply } from '../reply.ts';

export interface OrderParts {
  sql: Sql;
  orderTokens: OrderTokens;
  limits: RateLimits;
  handOut: HandOut;
}

const pageQuery = pageQueryOf('Orders');

const orderParams = z.object({ orderId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });

/** Where the page ended, made opaque so that nobody builds one. It opens nothing: the owner is asked for with every page. */
const toCursor = ({ placedAt, orderId }: OrderPlace): string =>
  Buffer.from(`${placedAt}.${orderId}`).toString('base64url');

function fromCursor(cursor: string | undefined): OrderPlace | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, placedAt, orderId] = /^(\d{1,14})\.([A-Za-z0-9_-]{1,64})$/.exec(text) ?? [];
  if (placedAt !== undefined && orderId !== undefined) return { placedAt: Number(placedAt), orderId };
  throw badCursor();
}

async function checkoutOf(parts: OrderParts, call: Call): Promise<string | undefined> {
  const [token, second] = headerValues(call.c, ORDER_TOKEN.toLowerCase());
  if (token === undefined) return undefined;
  const verified = second === undefined ? parts.orderTokens.verify(token) : undefined;
  if (verified === 'expired') throw new Problem('token_expired', 'The Order-Token has expired.');
  if (verified) return verified.checkoutId;
  await parts.limits.countRefusedCredential(call.c, true);
  throw new Problem('token_invalid', 'The Order-Token is not valid.');
}

/** Whose orders the caller may see. */
async function scopeOf(parts: OrderParts, call: Call): Promise<OrderScope> {
  const { c, caller } = call;
  const checkoutId = await checkoutOf(parts, call);
  if (caller.needsNewToken) parts.handOut(c, caller);
  if (!caller.owner && checkoutId === undefined)
    throw new Problem('unauthenticated', 'Sign in, or send the Order-Token of your checkout.');
  return {
    ...(caller.owner ? { ownerHash: caller.owner.ownerHash } : {}),
    ...(checkoutId === undefined ? {} : { checkoutId }),
  };
}

/** Orders have no second source: without PostgreSQL there are none. */
const fromOrders = <T>(read: () => Promise<T>): Promise<T> =>
  fromDatabase(read, 'Orders are out of reach at the moment.');

/** Orders never change, so what they look like is their version. Caches may not keep them. */
function answer(call: Call, value: unknown): Reply {
  const body = JSON.stringify(value);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = { etag, 'cache-control': 'no-store' };
  if (isNoneMatchHit(call.c.req.header('if-none-match'), etag, true))
    return { status: 304, body: null, headers };
  return { status: 200, body, headers };
}

const ETAG = { ETag: 'Tells whether anything is new, for If-None-Match.' };
const NOT_MODIFIED = { description: 'If-None-Match named what would be sent.', headers: ETAG };
const COMMON = { access: 'read', tag: 'Orders', takesOrderToken: true } as const;

export function orderRoutes(router: Router, parts: OrderParts): void {
  defineRoute(
    router,
    {
      ...COMMON,
      method: 'get',
      path: '/orders',
      operationId: 'listOrders',
      summary: 'Your orders, newest first, page by page',
      description: 'With an Order-Token, also the order of its checkout.',
      query: pageQuery,
      answers: {
        200: {
          description: 'One page. `nextCursor` is null on the last one.',
          schema: orderPageSchema,
          headers: ETAG,
        },
        304: NOT_MODIFIED,
      },
      errors: ['unauthenticated'],
    },
    async (call) => {
      const { limit = PAGE_SIZE, cursor } = call.query;
      const after = fromCursor(cursor);
      const scope = await scopeOf(parts, call);
      const page = { limit, ...(after ? { after } : {}) };
      const { orders, next } = await fromOrders(() => listOrders(parts.sql, scope, page));
      return answer(call, { orders, nextCursor: next ? toCursor(next) : null });
    },
  );
  defineRoute(
    router,
    {
      ...COMMON,
      method: 'get',
      path: '/orders/{orderId}',
      operationId: 'getOrder',
      summary: 'One of your orders',
      description: 'Or the order of the checkout whose Order-Token comes along. Any other is not found.',
      params: orderParams,
      answers: { 200: { description: 'The order.', schema: orderSchema, headers: ETAG }, 304: NOT_MODIFIED },
      errors: ['unauthenticated', 'order_not_found'],
    },
    async (call) => {
      const scope = await scopeOf(parts, call);
      const order = await fromOrders(() => findOrder(parts.sql, scope, call.params.orderId));
      if (!order) throw new Problem('order_not_found', 'You have no such order.');
      return answer(call, order);
    },
  );
}
