/** Operators look for carts and into them. */
import { z } from '@hono/zod-openapi';
import { readTrail } from '../../database/cart-audit.ts';
import { type CartFilter, searchCarts } from '../../database/cart-directory.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { fromCursor, toCursor } from '../operators/cursor.ts';
import { PAGE_SIZE } from '../pages.ts';
import { exportCart } from '../operators/export-cart.ts';
import { findOrRefuse, inspectCart, liveView, summaryView } from '../operators/inspect-cart.ts';
import { readHealth } from '../operators/read-health.ts';
import { fromDatabase } from '../from-database.ts';
import { NO_STORE, type OperatorParts } from '../operators/operator-parts.ts';
import {
  cartIdSchema,
  cartPageSchema,
  exportSchema,
  healthSchema,
  inspectedCartSchema,
  pageQuery,
  searchQuery,
  trailPageSchema,
} from '../operators/schemas.ts';
import { json } from '../reply.ts';
import { present } from './items.ts';

export const OPERATORS_TAG = 'Operators';

export const cartParams = z.object({ cartId: cartIdSchema });

/** The customer's name becomes a hash here and goes no further. */
function filterOf({ identity }: OperatorParts, query: z.output<typeof searchQuery>): CartFilter {
  const { limit: _limit, cursor: _cursor, owner, ownerHash, locked, abandoned, ...rest } = query;
  const hash = owner === undefined ? ownerHash : identity.hashOfCustomer(owner);
  if (owner !== undefined && ownerHash !== undefined && hash !== ownerHash) {
    throw new Problem('validation_failed', 'owner and ownerHash name different owners.');
  }
  const isLocked = locked === 'true' || undefined;
  const isAbandoned = abandoned === 'true' || undefined;
  return present({ ...rest, ownerHash: hash, isLocked, isAbandoned }) as CartFilter;
}

const readPosition = ([createdAt, cartId]: unknown[]) =>
  typeof createdAt === 'string' && !Number.isNaN(Date.parse(createdAt)) && typeof cartId === 'string'
    ? { createdAt, cartId }
    : undefined;

const readVersion = ([version]: unknown[]) =>
  Number.isSafeInteger(version) ? (version as number) : undefined;

async function search(parts: OperatorParts, query: z.output<typeof searchQuery>) {
  const before = fromCursor(query.cursor, readPosition);
  const page = present({ limit: query.limit ?? PAGE_SIZE, before });
  const { carts, next } = await fromDatabase(() => searchCarts(parts.sql, filterOf(parts, query), page));
  const nextCursor = next ? toCursor([next.createdAt, next.cartId]) : null;
  return json(200, { carts: carts.map(summaryView), nextCursor }, NO_STORE);
}

async function history(parts: OperatorParts, id: string, query: z.output<typeof pageQuery>) {
  const { cartId } = await findOrRefuse(parts, id);
  const page = present({ limit: query.limit ?? PAGE_SIZE, before: fromCursor(query.cursor, readVersion) });
  const { entries, next } = await fromDatabase(() => readTrail(parts.sql, cartId, page));
  const nextCursor = next === undefined ? null : toCursor([next]);
  return json(200, { cartId, entries, nextCursor }, NO_STORE);
}

export function operatorCartRoutes(router: Router, parts: OperatorParts): void {
  defineRoute(
    router,
    {
      method: 'get',
      path: '/admin/carts',
      operationId: 'searchCarts',
      tag: OPERATORS_TAG,
      summary: 'Search carts',
      description:
        'Newest first. All conditions must hold. While carts come and go, no cart is on two pages.',
      access: 'inspect',
      query: searchQuery,
      answers: { 200: { description: 'One page.', schema: cartPageSchema } },
    },
    ({ query }) => search(parts, query),
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: '/admin/carts/{cartId}',
      operationId: 'inspectCart',
      tag: OPERATORS_TAG,
      summary: 'One cart: what shoppers read, beside the workflow that holds it',
      access: 'inspect',
      params: cartParams,
      answers: { 200: { description: 'The cart from both sides.', schema: inspectedCartSchema } },
      errors: ['cart_not_found', 'deadline_exceeded'],
    },
    async ({ params }) => {
      const { found, view, live, differences } = await inspectCart(parts, params.cartId);
      const body = { cart: summaryView(found), view, live: live ? liveView(live) : null, differences };
      return json(200, body, NO_STORE);
    },
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: '/admin/carts/{cartId}/history',
      operationId: 'readCartHistory',
      tag: OPERATORS_TAG,
      summary: 'The audit trail of one cart, newest change first',
      description:
        'Every change that lasted: who, when, what was asked, what it changed. Together they are the cart.',
      access: 'inspect',
      params: cartParams,
      query: pageQuery,
      answers: { 200: { description: 'One page.', schema: trailPageSchema } },
      errors: ['cart_not_found'],
    },
    ({ params, query }) => history(parts, params.cartId, query),
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: '/admin/carts/{cartId}/export',
      operationId: 'exportCart',
      tag: OPERATORS_TAG,
      summary: 'Everything about one cart in one file',
      description:
        'View, state, audit trail, workflow. Without personal data and without what the shopper typed.',
      access: 'inspect',
      params: cartParams,
      answers: { 200: { description: 'The cart.', schema: exportSchema } },
      errors: ['cart_not_found', 'deadline_exceeded'],
    },
    async ({ params }) => json(200, await exportCart(parts, params.cartId), NO_STORE),
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: '/admin/health',
      operationId: 'operatorHealth',
      tag: OPERATORS_TAG,
      summary: 'How the parts are',
      access: 'inspect',
      answers: { 200: { description: 'What answers, who works, what is behind.', schema: healthSchema } },
    },
    async () => json(200, await readHealth(parts), NO_STORE),
  );
}
