/** The rows of the idempotency matrix: every write route, with a request, the same request said otherwise, and another one. */
import type { RequestSpec } from '../../support/client.ts';

export interface WriteRoute {
  name: string;
  request: RequestSpec;
  /** The same meaning in other words: names in another order, other whitespace. */
  reworded?: RequestSpec;
  /** Another request on the same route; absent where the route takes no argument. */
  other?: RequestSpec;
  /** For a customer who brings a guest's cart along: what is in that one. */
  brought?: object[];
  /** What the request makes of a cart with `GIVEN`. */
  lines: string[];
  /** How many versions the cart moves on. */
  changes: number;
  status: number;
}

/** Every cell begins with a cart of these lines, at version 2. */
export const GIVEN = ['l1: 2 × T-A', 'l2: 1 × T-B'];
export const GIVEN_VERSION = 2;
export const GIVEN_OPERATIONS = [
  { type: 'addItem', sku: 'T-A', quantity: 2 },
  { type: 'addItem', sku: 'T-B', quantity: 1 },
];

const ADDED = [...GIVEN, 'l3: 2 × T-C'];
const UPDATED = ['l1: 7 × T-A', 'l2: 1 × T-B'];
const REMOVED = ['l2: 1 × T-B'];

const post = (path: string, body: unknown): RequestSpec => ({ method: 'POST', path, body });
const patch = (body: unknown): RequestSpec => ({ method: 'PATCH', path: '/cart/items/l1', body });
const put = (body: unknown): RequestSpec => ({ method: 'PUT', path: '/cart/update', body });
const drop = (path: string, body?: unknown): RequestSpec => ({
  method: 'DELETE',
  path,
  ...(body === undefined ? {} : { body }),
});
const batch = (quantity: number) => ({
  atomic: true,
  operations: [
    { type: 'addItem', sku: 'T-C', quantity: 2 },
    { type: 'updateItem', lineId: 'l1', quantity },
  ],
});

const adding = (path: string): Omit<WriteRoute, 'name'> => ({
  request: post(path, { sku: 'T-C', quantity: 2 }),
  reworded: post(path, ' {\n "quantity" : 2,\t"sku":"T-\\u0043"}\r\n'),
  other: post(path, { sku: 'T-C', quantity: 3 }),
  lines: ADDED,
  changes: 1,
  status: 201,
});

export const WRITE_ROUTES: WriteRoute[] = [
  { name: 'POST /cart/items', ...adding('/cart/items') },
  {
    name: 'PATCH /cart/items/{lineId}',
    request: patch({ quantity: 7, attributes: { gift: 'yes', campaign: 'spring' } }),
    reworded: patch('{"attributes": {"campaign":"spring", "gift":"yes"}, "quantity": 7}'),
    other: patch({ quantity: 8 }),
    lines: UPDATED,
    changes: 1,
    status: 200,
  },
  {
    name: 'DELETE /cart/items/{lineId}',
    request: drop('/cart/items/l1'),
    other: drop('/cart/items/l2'),
    lines: REMOVED,
    changes: 1,
    status: 200,
  },
  { name: 'DELETE /cart', request: drop('/cart'), lines: [], changes: 1, status: 200 },
  {
    name: 'POST /cart/batch',
    request: post('/cart/batch', batch(7)),
    reworded: post(
      '/cart/batch',
      '{"operations":[{"quantity":2,"type":"addItem","sku":"T-C"},{"quantity":7,"lineId":"l1","type":"updateItem"}],"atomic":true}',
    ),
    other: post('/cart/batch', batch(8)),
    lines: ['l1: 7 × T-A', 'l2: 1 × T-B', 'l3: 2 × T-C'],
    changes: 2,
    status: 200,
  },
  {
    name: 'POST /cart/merge',
    brought: [{ type: 'addItem', sku: 'T-C', quantity: 2 }],
    request: post('/cart/merge', {}),
    reworded: post('/cart/merge', ' { "strategy":\t"sum" } '),
    other: post('/cart/merge', { strategy: 'max' }),
    lines: ADDED,
    changes: 1,
    status: 200,
  },
  { name: 'POST /cart/add', ...adding('/cart/add') },
  {
    name: 'PUT /cart/update',
    request: put({ lineId: 'l1', quantity: 7 }),
    reworded: put('{"quantity": 7, "lineId": "l1"}'),
    other: put({ lineId: 'l1', quantity: 8 }),
    lines: UPDATED,
    changes: 1,
    status: 200,
  },
  {
    name: 'DELETE /cart/remove',
    request: drop('/cart/remove?lineId=l1'),
    reworded: drop('/cart/remove', '{ "lineId" : "l1" }'),
    other: drop('/cart/remove?lineId=l2'),
    lines: REMOVED,
    changes: 1,
    status: 200,
  },
  { name: 'DELETE /cart/clear', request: drop('/cart/clear'), lines: [], changes: 1, status: 200 },
];
