/** The catalogue, read only: pages by title, and the product that a SKU belongs to. */
import { z } from '@hono/zod-openapi';
import { findProductBySku, listProducts } from '../../database/catalogue.ts';
import type { Sql } from '../../database/client.ts';
import { productPageSchema, productSchema } from '../answer-schemas.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { fromDatabase } from '../from-database.ts';
import { badCursor, PAGE_SIZE, pageQueryOf } from '../pages.ts';
import { Problem } from '../problem.ts';
import { json } from '../reply.ts';
import { skuSchema } from '../schemas.ts';

const CACHE = { 'cache-control': 'public, max-age=5' };

const pageQuery = pageQueryOf('Products');

/** The cursor is where the page ended, made opaque so that nobody builds one. */
const toCursor = (productId: string): string => Buffer.from(productId).toString('base64url');

function fromCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const productId = Buffer.from(cursor, 'base64url').toString();
  if (toCursor(productId) === cursor) return productId;
  throw badCursor();
}

/** The catalogue has no second source: without PostgreSQL there is none. */
const fromCatalogue = <T>(read: () => Promise<T>): Promise<T> =>
  fromDatabase(read, 'The catalogue is out of reach at the moment.');

export function productRoutes(router: Router, sql: Sql): void {
  defineRoute(
    router,
    {
      method: 'get',
      path: '/products',
      operationId: 'listProducts',
      tag: 'Catalogue',
      summary: 'The catalogue, page by page',
      access: 'open',
      query: pageQuery,
      answers: {
        200: {
          description: 'One page, by title. `nextCursor` is null on the last one.',
          schema: productPageSchema,
        },
      },
      errors: ['dependency_unavailable'],
    },
    async ({ query }) => {
      const after = fromCursor(query.cursor);
      const page = { limit: query.limit ?? PAGE_SIZE, ...(after === undefined ? {} : { after }) };
      const { products, next } = await fromCatalogue(() => listProducts(sql, page));
      return json(200, { products, nextCursor: next === undefined ? null : toCursor(next) }, CACHE);
    },
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: '/products/{sku}',
      operationId: 'getProduct',
      tag: 'Catalogue',
      summary: 'The product that a SKU belongs to, with all its variants',
      access: 'open',
      params: z.object({ sku: skuSchema }),
      answers: { 200: { description: 'The product.', schema: productSchema } },
      errors: ['product_not_found', 'dependency_unavailable'],
    },
    async ({ params: { sku } }) => {
      const product = await fromCatalogue(() => findProductBySku(sql, sku));
      if (!product) throw new Problem('product_not_found', `There is no product ${sku}.`);
      return json(200, product, CACHE);
    },
  );
}
