/**
 * The matrix: one row for each route of /openapi.json. A new route goes here with the kind it is of (cartRoute, openRoute, adminRoute,
 * webhookRoute, linkRoute in row.ts), the request that aims at a thing, and what its owner and strangers get.
 */
import { randomUUID } from 'node:crypto';
import { testEvent } from '../support/payments.ts';
import {
  adminRoute,
  cartRoute,
  customerRoute,
  linkRoute,
  mergeRoute,
  openRoute,
  type Row,
  webhookRoute,
} from './row.ts';
import type { Thing } from './world.ts';

const ADD = { sku: 'T-A', quantity: 1 };

/** A line of another cart is as unknown as a line that never was. */
const LINE = { own: '200', stranger: '404 line_not_found' } as const;

/** About the caller's whole cart: nobody can even name another's. */
const WHOLE_CART = { own: '200' } as const;

/** Operators may do this to any cart, so they are asked about one that never was: A's carts stay as they are. */
const noCart = ({ lineId }: Thing): string => `/admin/carts/no-cart-${lineId}`;

const act = (verb: string): Row =>
  adminRoute(
    (thing) => ({ path: `${noCart(thing)}/${verb}`, body: { reason: 'a test' } }),
    '404 cart_not_found',
  );

export const ROWS: Record<string, Row> = {
  'GET /cart': cartRoute(() => ({ path: '/cart' }), WHOLE_CART),
  'DELETE /cart': cartRoute(() => ({ path: '/cart' }), WHOLE_CART),
  'POST /cart/items': cartRoute(() => ({ path: '/cart/items', body: ADD }), { own: '201' }),
  'PATCH /cart/items/{lineId}': cartRoute(
    ({ lineId }) => ({ path: `/cart/items/${lineId}`, body: { quantity: 7 } }),
    LINE,
  ),
  'DELETE /cart/items/{lineId}': cartRoute(({ lineId }) => ({ path: `/cart/items/${lineId}` }), LINE),
  'POST /cart/batch': cartRoute(
    ({ lineId }) => ({
      path: '/cart/batch',
      body: { atomic: true, operations: [{ type: 'updateItem', lineId, quantity: 7 }] },
    }),
    LINE,
  ),
  'POST /cart/merge': mergeRoute(() => ({ path: '/cart/merge', body: {} })),
  'PUT /cart/contact': cartRoute(
    () => ({ path: '/cart/contact', body: { email: 'who@x.example', marketingConsent: true } }),
    { own: '200' },
  ),
  'DELETE /me': customerRoute(() => ({ path: '/me' }), '204'),
  'POST /cart/checkout': cartRoute(() => ({ path: '/cart/checkout', body: { expectedTotal: 1 } }), {
    own: '428 precondition_required',
  }),
  'GET /cart/checkout': cartRoute(() => ({ path: '/cart/checkout' }), { own: '404 checkout_not_found' }),
  'DELETE /cart/checkout': cartRoute(() => ({ path: '/cart/checkout' }), { own: '404 checkout_not_found' }),
  'GET /cart/operations/{key}': cartRoute(
    ({ operationKey }) => ({ path: `/cart/operations/${operationKey}` }),
    { own: '200', stranger: '404 operation_not_found' },
  ),
  'GET /cart/events': cartRoute(() => ({ path: '/cart/events' }), {
    own: '200',
    nobody: '401 unauthenticated',
  }),
  'POST /cart/add': cartRoute(() => ({ path: '/cart/add', body: ADD }), { own: '201' }),
  'PUT /cart/update': cartRoute(
    ({ lineId }) => ({ path: '/cart/update', body: { lineId, quantity: 7 } }),
    LINE,
  ),
  'DELETE /cart/remove': cartRoute(({ lineId }) => ({ path: '/cart/remove', body: { lineId } }), LINE),
  'DELETE /cart/clear': cartRoute(() => ({ path: '/cart/clear' }), WHOLE_CART),
  'GET /products': openRoute(() => ({ path: '/products' })),
  'GET /products/{sku}': openRoute(() => ({ path: '/products/T-A' })),
  'GET /orders': cartRoute(() => ({ path: '/orders' }), { own: '200', nobody: '401 unauthenticated' }),
  'GET /orders/{orderId}': cartRoute(({ orderId }) => ({ path: `/orders/${orderId}` }), {
    own: '200',
    stranger: '404 order_not_found',
    nobody: '401 unauthenticated',
  }),
  'POST /webhooks/payments/{provider}': webhookRoute(
    () => ({ path: '/webhooks/payments/test', body: testEvent('payment.created', `co_${randomUUID()}`) }),
    '200',
  ),
  'GET /recover/{token}': linkRoute(
    ({ orderId }, actor, token) => ({ path: `/recover/${actor === 'recoveryLink' ? token : orderId}` }),
    '200',
  ),
  // Whose cart the lines go into is for the caller's credential to say, and the link is none.
  'POST /recover/{token}': cartRoute(({ orderId }) => ({ path: `/recover/${orderId}`, body: {} }), {
    own: '404 link_invalid',
  }),
  // A link is for its purpose only: the token that shows a cart ends no mails.
  'GET /unsubscribe/{token}': linkRoute(
    ({ orderId }, actor, token) => ({ path: `/unsubscribe/${actor === 'recoveryLink' ? token : orderId}` }),
    '404 link_invalid',
  ),
  'POST /unsubscribe/{token}': linkRoute(
    ({ orderId }, actor, token) => ({ path: `/unsubscribe/${actor === 'recoveryLink' ? token : orderId}` }),
    '404 link_invalid',
  ),
  'GET /admin/carts': adminRoute(() => ({ path: '/admin/carts?limit=1' }), '200'),
  'GET /admin/carts/{cartId}': adminRoute((thing) => ({ path: noCart(thing) }), '404 cart_not_found'),
  'GET /admin/carts/{cartId}/history': adminRoute(
    (thing) => ({ path: `${noCart(thing)}/history` }),
    '404 cart_not_found',
  ),
  'GET /admin/carts/{cartId}/export': adminRoute(
    (thing) => ({ path: `${noCart(thing)}/export` }),
    '404 cart_not_found',
  ),
  'POST /admin/bulk-actions': adminRoute(
    () => ({ path: '/admin/bulk-actions', body: { action: 'withdraw', reason: 'a test' } }),
    '422 validation_failed',
  ),
  'GET /admin/bulk-actions': adminRoute(
    () => ({ path: '/admin/bulk-actions?status=nonsense' }),
    '422 validation_failed',
  ),
  'GET /admin/bulk-actions/{bulkActionId}': adminRoute(
    () => ({ path: '/admin/bulk-actions/no-such-id' }),
    '422 validation_failed',
  ),
  'POST /admin/bulk-actions/{bulkActionId}/cancel': adminRoute(
    () => ({ path: '/admin/bulk-actions/no-such-id/cancel' }),
    '422 validation_failed',
  ),
  'POST /admin/erasures': adminRoute(
    ({ lineId }) => ({ path: '/admin/erasures', body: { cartId: `no-cart-${lineId}` } }),
    '404 cart_not_found',
  ),
  'GET /admin/reconcile': adminRoute(() => ({ path: '/admin/reconcile?some=thing' }), '200'),
  'POST /admin/reconcile': adminRoute(
    () => ({ path: '/admin/reconcile', body: { some: 'thing' } }),
    '422 validation_failed',
  ),
  'GET /admin/retention': adminRoute(() => ({ path: '/admin/retention?some=thing' }), '200'),
  'POST /admin/retention': adminRoute(
    () => ({ path: '/admin/retention', body: { some: 'thing' } }),
    '422 validation_failed',
  ),
  'GET /admin/health': adminRoute(() => ({ path: '/admin/health' }), '200'),
  'POST /admin/carts/{cartId}/lock': act('lock'),
  'POST /admin/carts/{cartId}/unlock': act('unlock'),
  'POST /admin/carts/{cartId}/repair': act('repair'),
  'GET /livez': openRoute(() => ({ path: '/livez' })),
  'GET /readyz': openRoute(() => ({ path: '/readyz' })),
  'GET /metrics': openRoute(() => ({ path: '/metrics' })),
};
