/**
 * The matrix: one row for each route of /openapi.json. A new route goes here with the kind it is of (cartRoute, openRoute, adminRoute,
 * webhookRoute, linkRoute in row.ts), the request that aims at a thing, and what its owner and strangers get.
 */
import { randomUUID } from 'node:crypto';
import { testEvent } from '../support/payments.ts';
import { cartRoute, openRoute, type Row, webhookRoute } from './row.ts';

const ADD = { sku: 'T-A', quantity: 1 };

/** A line of another cart is as unknown as a line that never was. */
const LINE = { own: '200', stranger: '404 line_not_found' } as const;

/** About the caller's whole cart: nobody can even name another's. */
const WHOLE_CART = { own: '200' } as const;

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
  'POST /webhooks/payments/{provider}': webhookRoute(
    () => ({ path: '/webhooks/payments/test', body: testEvent('payment.created', `co_${randomUUID()}`) }),
    '200',
  ),
  'GET /livez': openRoute(() => ({ path: '/livez' })),
  'GET /readyz': openRoute(() => ({ path: '/readyz' })),
  'GET /metrics': openRoute(() => ({ path: '/metrics' })),
};
