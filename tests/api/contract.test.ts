/** /openapi.json: well-formed, complete, and true: real answers are held against it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS } from '../../contract/errors.ts';
import {
  batchResultSchema,
  cartViewSchema,
  operationStatusSchema,
  problemSchema,
  productPageSchema,
  productSchema,
} from '../../api/answer-schemas.ts';
import { createTestApi, newGuest, send, type TestApi } from './test-api.ts';

let api: TestApi;
let contract: Contract;
beforeAll(async () => {
  api = await createTestApi();
  contract = JSON.parse((await api.fetch('/openapi.json')).text) as Contract;
});
afterAll(() => api.close());

interface DocumentedOperation {
  operationId: string;
  summary: string;
  security?: unknown[];
  parameters?: { in: string; name: string }[];
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}

interface Contract {
  openapi: string;
  info: { title: string };
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: Record<string, Record<string, { additionalProperties?: unknown }>>;
}

interface Operation {
  name: string;
  operation: DocumentedOperation;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const operations = (): Operation[] =>
  Object.entries(contract.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );

const ROUTES = [
  'GET /cart',
  'DELETE /cart',
  'POST /cart/items',
  'PATCH /cart/items/{lineId}',
  'DELETE /cart/items/{lineId}',
  'POST /cart/batch',
  'POST /cart/merge',
  'PUT /cart/contact',
  'DELETE /me',
  'POST /admin/erasures',
  'POST /cart/checkout',
  'GET /cart/checkout',
  'DELETE /cart/checkout',
  'GET /cart/operations/{key}',
  'GET /cart/events',
  'POST /cart/add',
  'PUT /cart/update',
  'DELETE /cart/remove',
  'DELETE /cart/clear',
  'GET /admin/carts',
  'GET /admin/carts/{cartId}',
  'GET /admin/carts/{cartId}/history',
  'GET /admin/carts/{cartId}/export',
  'POST /admin/reconcile',
  'GET /admin/reconcile',
  'POST /admin/retention',
  'GET /admin/retention',
  'GET /admin/health',
  'POST /admin/bulk-actions',
  'GET /admin/bulk-actions',
  'GET /admin/bulk-actions/{bulkActionId}',
  'POST /admin/bulk-actions/{bulkActionId}/cancel',
  'POST /admin/carts/{cartId}/lock',
  'POST /admin/carts/{cartId}/unlock',
  'POST /admin/carts/{cartId}/repair',
  'GET /products',
  'GET /products/{sku}',
  'GET /orders',
  'GET /orders/{orderId}',
  'POST /webhooks/payments/{provider}',
  'GET /recover/{token}',
  'POST /recover/{token}',
  'GET /unsubscribe/{token}',
  'POST /unsubscribe/{token}',
  'GET /livez',
  'GET /readyz',
  'GET /metrics',
];

describe('the contract', () => {
  test('writes patterns as JSON Schema reads them, without flags', () => {
    const patterns = [...JSON.stringify(contract).matchAll(/"pattern":("(?:[^"\\\\]|\\\\.)*")/g)];
    expect(patterns.length).toBeGreaterThan(5);
    for (const [, quoted = ''] of patterns) {
      const pattern = JSON.parse(quoted) as string;
      expect(() => new RegExp(pattern, 'u')).not.toThrow();
      expect(pattern).not.toMatch(/\/[a-z]+$/);
    }
  });

  test('is OpenAPI 3.1 and describes every route', () => {
    expect(contract.openapi).toBe('3.1.0');
    expect(contract.info).toMatchObject({ title: 'Cartwright' });
    expect(
      operations()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...ROUTES].sort());
  });

  test('resolves every reference, names every component, and has unique operation ids', () => {
    const references = [...JSON.stringify(contract).matchAll(/"\$ref":"#\/components\/([^"/]+)\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, kind, name] of references)
      expect(contract.components[kind ?? '']?.[name ?? ''], name).toBeDefined();
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const name of [
      'Cart',
      'CartLine',
      'Problem',
      'ErrorCode',
      'AddItem',
      'UpdateItem',
      'Batch',
      'BatchResult',
      'Product',
      'Order',
    ]) {
      expect(contract.components.schemas).toHaveProperty(name);
    }
  });

  test('declares each path parameter, and a description for each answer', () => {
    for (const { name, operation } of operations()) {
      const named = [...name.matchAll(/\{([^}]+)\}/g)].map(([, parameter]) => parameter);
      const declared = (operation.parameters ?? []).filter((p) => p.in === 'path').map((p) => p.name);
      expect(declared, name).toEqual(named);
      for (const answer of Object.values(operation.responses)) expect(answer.description, name).not.toBe('');
      expect(operation.summary, name).not.toBe('');
    }
  });

  test('documents errors on every route, always as problems', () => {
    for (const { name, operation } of operations()) {
      const errors = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
      expect(
        errors.map(([status]) => status),
        name,
      ).toContain('500');
      for (const [status, answer] of errors) {
        if (name === 'GET /readyz' && status === '503') continue;
        expect(Object.keys(answer.content ?? {}), `${name} ${status}`).toEqual(['application/problem+json']);
        for (const [, code] of String(answer.description).matchAll(/`([a-z_]+)`/g)) {
          expect(ERRORS[code as keyof typeof ERRORS]?.status, `${name} ${code}`).toBe(Number(status));
        }
      }
    }
  });

  test('documents on every write what any write may meet', () => {
    const writes = operations().filter(
      ({ name, operation }) =>
        !name.startsWith('GET') && !/ \/(webhooks|admin)\//.test(name) && operation.security,
    );
    expect(writes).toHaveLength(15);
    for (const { name, operation } of writes) {
      const statuses = Object.keys(operation.responses);
      // What is done in PostgreSQL alone has been done when it is answered.
      if (!['PUT /cart/contact', 'DELETE /me'].includes(name)) expect(statuses, name).toContain('202');
      for (const status of ['400', '401', '403', '409', '412', '413', '422', '429', '503', '504']) {
        expect(statuses, `${name} ${status}`).toContain(status);
      }
      const headers = (operation.parameters ?? []).filter((p) => p.in === 'header').map((p) => p.name);
      expect(headers, name).toEqual(['Idempotency-Key', 'If-Match', 'Prefer']);
    }
  });

  test('refuses unknown fields in every request body', () => {
    for (const name of [
      'AddItem',
      'UpdateItem',
      'Batch',
      'AddCommand',
      'UpdateCommand',
      'RemoveCommand',
      'BeginCheckout',
      'Address',
      'Contact',
      'Erasure',
      'Recover',
    ]) {
      expect(contract.components.schemas?.[name]?.additionalProperties, name).toBe(false);
    }
  });
});

describe('real answers', () => {
  test('fit their schemas', async () => {
    const guest = await newGuest(api);
    const batch = {
      atomic: false,
      operations: [
        { type: 'addItem', sku: 'T-B', quantity: 1 },
        { type: 'addItem', sku: 'NOPE', quantity: 1 },
      ],
    };
    cartViewSchema.strict().parse((await api.fetch('/cart', { headers: guest })).body);
    cartViewSchema.strict().parse((await api.fetch('/cart')).body);
    batchResultSchema.strict().parse((await api.fetch('/cart/batch', send('POST', batch, guest))).body);
    const keyed = { ...guest, 'idempotency-key': 'k', prefer: 'respond-async' };
    operationStatusSchema.strict().parse((await api.fetch('/cart', send('DELETE', undefined, keyed))).body);
    operationStatusSchema.strict().parse((await api.fetch('/cart/operations/k', { headers: guest })).body);
    productSchema.strict().parse((await api.fetch('/products/T-CUSTOM')).body);
    productPageSchema.strict().parse((await api.fetch('/products?limit=100')).body);
    for (const [path, init] of [
      ['/nothing', {}],
      ['/cart/items', send('POST', {})],
      ['/cart/items', send('POST', { sku: 'T-TEN', quantity: 11 })],
      ['/cart', send('DELETE', undefined, { ...guest, 'if-match': '"9"' })],
    ] as [string, RequestInit][]) {
      problemSchema.strict().parse((await api.fetch(path, init)).body);
    }
  });

  test('name as type an address that says what the code means', async () => {
    const { body } = await api.fetch('/nothing');
    expect(body.type).toBe('/errors/route_not_found');
    for (const [code, row] of Object.entries(ERRORS)) {
      expect((await api.fetch(`/errors/${code}`)).body).toEqual({ code, ...row });
    }
    expect((await api.fetch('/errors/nonsense')).body.code).toBe('route_not_found');
    expect((await api.fetch('/errors/toString')).body.code).toBe('route_not_found');
  });
});
