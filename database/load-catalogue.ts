/** Puts a ready-made catalogue into the database: what is missing is added, what is there stays as somebody changed it. */
import type { CatalogueProduct } from './catalogues/catalogue-product.ts';
import { DEMO_CATALOGUE } from './catalogues/demo.ts';
import { TEST_CATALOGUE } from './catalogues/test.ts';
import type { Sql } from './client.ts';
import { jsonText } from './json-text.ts';

export const CATALOGUES = { demo: DEMO_CATALOGUE, test: TEST_CATALOGUE } as const;
export type CatalogueName = keyof typeof CATALOGUES;

const CURRENCY = 'EUR';

const productRows = (catalogue: readonly CatalogueProduct[]) =>
  catalogue.map((product) => ({
    description: '',
    taxClass: 'standard',
    options: [],
    areaPrice: null,
    active: true,
    ...product,
    variants: undefined,
  }));

const variantRows = (catalogue: readonly CatalogueProduct[]) =>
  catalogue.flatMap(({ productId, variants }) =>
    variants.map((variant) => ({
      productId,
      label: '',
      attributes: {},
      additionalPrice: 0,
      active: true,
      ...variant,
    })),
  );

/** In one transaction. Returns how many SKUs were added: 0 when called again. Safe to call from several processes at once. */
export async function loadCatalogue(sql: Sql, name: CatalogueName): Promise<number> {
  const products = jsonText(productRows(CATALOGUES[name]));
  const variants = jsonText(variantRows(CATALOGUES[name]));
  return sql.begin(async (transaction) => {
    await transaction`
      INSERT INTO products (product_id, title, description, currency, base_price, tax_class, options, area_price, active)
      SELECT "productId", title, description, ${CURRENCY}, price, "taxClass", options, NULLIF("areaPrice", 'null'), active
      FROM jsonb_to_recordset(${products}::text::jsonb) AS row (
        "productId" text, title text, description text, price bigint, "taxClass" text, options jsonb,
        "areaPrice" jsonb, active boolean
      )
      ORDER BY "productId" ON CONFLICT DO NOTHING`;
    const added = await transaction`
      INSERT INTO variants (sku, product_id, label, attributes, additional_price, active)
      SELECT sku, "productId", label, attributes, "additionalPrice", active
      FROM jsonb_to_recordset(${variants}::text::jsonb) AS row (
        sku text, "productId" text, label text, attributes jsonb, "additionalPrice" bigint, active boolean
      )
      ORDER BY sku ON CONFLICT DO NOTHING RETURNING sku`;
    await transaction`
      INSERT INTO stock (sku, available)
      SELECT sku, stock FROM jsonb_to_recordset(${variants}::text::jsonb) AS row (sku text, stock integer)
      ORDER BY sku ON CONFLICT DO NOTHING`;
    return added.count;
  });
}
