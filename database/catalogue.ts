/** The catalogue as SQL: facts for the rules, products for the shop window, and the changes that an operator makes. */
import type { Availability } from '../contract/cart-view.ts';
import { LOW_STOCK, MAX_QUANTITY } from '../contract/limits.ts';
import type { AreaPrice, OptionDefinition, ProductFacts } from '../contract/product-facts.ts';
import type { Sql } from './client.ts';

/** PostgreSQL's text cannot hold U+0000, so no SKU or id has one; asking would be an error instead of "absent". */
const isStorable = (text: string): boolean => !text.includes('\0');

/** What a cart's own checkout holds counts as available to it. */
const ownHold = (sql: Sql, cartId: string) => sql`
  + COALESCE((SELECT sum(quantity) FROM stock_holders WHERE cart_id = ${cartId} AND stock_holders.sku = variants.sku), 0)`;

/**
 * Facts of the given SKUs in one query. A SKU that does not exist is absent from the map. With `forCart` (public id), availability is what
 * that cart could have: its own hold never counts against it.
 */
export async function readFacts(
  sql: Sql,
  skus: readonly string[],
  forCart?: string,
): Promise<Map<string, ProductFacts>> {
  const asked = skus.filter(isStorable);
  if (asked.length === 0) return new Map();
  const own = forCart === undefined ? sql`` : ownHold(sql, forCart);
  const rows = await sql<(Omit<ProductFacts, 'imageUrl' | 'areaPrice'> & NullableFacts)[]>`
    SELECT sku, product_id AS "productId", title || CASE label WHEN '' THEN '' ELSE ', ' || label END AS title,
      image_url AS "imageUrl", currency, base_price + additional_price AS "unitPrice", tax_class AS "taxClass",
      products.active AND variants.active AS active, COALESCE(available, 0) ${own} AS available,
      options, area_price AS "areaPrice", revision
    FROM variants JOIN products USING (product_id) LEFT JOIN stock USING (sku)
    WHERE sku = ANY (${asked}::text[])`;
  return new Map(rows.map((row) => [row.sku, withoutNulls(row)]));
}

interface NullableFacts {
  imageUrl: string | null;
  areaPrice: AreaPrice | null;
}

/** An absent column is an absent field, as the contract has it. */
function withoutNulls<Row extends NullableFacts>({ imageUrl, areaPrice, ...row }: Row) {
  return { ...row, ...(imageUrl === null ? {} : { imageUrl }), ...(areaPrice === null ? {} : { areaPrice }) };
}

export interface ProductVariant {
  sku: string;
  /** What tells it from its siblings; empty for a simple product. */
  label: string;
  attributes: Record<string, string>;
  /** Minor units for one, before options. */
  unitPrice: number;
  available: Availability;
  /** Units that one line could have now; what is more than that is not told. */
  maxQuantity: number;
}

export interface Product {
  productId: string;
  title: string;
  description: string;
  imageUrl?: string;
  currency: string;
  options: OptionDefinition[];
  areaPrice?: AreaPrice;
  active: boolean;
  /** Cheapest first. */
  variants: ProductVariant[];
}

interface ProductRow extends NullableFacts {
  productId: string;
  title: string;
  description: string;
  currency: string;
  options: OptionDefinition[];
  active: boolean;
  variants: {
    sku: string;
    label: string;
    attributes: Record<string, string>;
    unitPrice: number;
    active: boolean;
    available: number;
  }[];
}

const classOf = (isActive: boolean, available: number): Availability => {
  if (!isActive) return 'discontinued';
  if (available <= 0) return 'outOfStock';
  return available < LOW_STOCK ? 'low' : 'inStock';
};

function toProduct(row: ProductRow): Product {
  const variants = row.variants.map(({ active, available, ...variant }) => {
    const isActive = row.active && active;
    return {
      ...variant,
      available: classOf(isActive, available),
      maxQuantity: isActive ? Math.min(available, MAX_QUANTITY) : 0,
    };
  });
  return { ...withoutNulls(row), variants };
}

/** The start of every product query; `variants` is aggregated per product. */
const selectProducts = (sql: Sql, onlyActive: boolean) => sql`
  SELECT product_id AS "productId", title, description, image_url AS "imageUrl", currency, options,
    area_price AS "areaPrice", products.active, owned.variants
  FROM products, LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
      'sku', sku, 'label', label, 'attributes', attributes, 'unitPrice', base_price + additional_price,
      'active', variants.active, 'available', COALESCE(available, 0)
    ) ORDER BY additional_price, sku) AS variants
    FROM variants LEFT JOIN stock USING (sku)
    WHERE variants.product_id = products.product_id AND (variants.active OR ${!onlyActive})
  ) AS owned`;

export interface ProductPage {
  products: Product[];
  /** Give it as `after` to read on; absent on the last page. */
  next?: string;
}

/**
 * Products that are sold, by title, with the variants that are sold. `after` is the `next` of the page before; an unknown
 * one reads an empty page.
 */
export async function listProducts(sql: Sql, page: { after?: string; limit: number }): Promise<ProductPage> {
  const { after, limit } = page;
  if (after !== undefined && !isStorable(after)) return { products: [] };
  const from =
    after === undefined
      ? sql``
      : sql`
    AND (title, product_id) > (SELECT title, product_id FROM products WHERE product_id = ${after})`;
  const rows = await sql<ProductRow[]>`
    ${selectProducts(sql, true)}
    WHERE products.active AND owned.variants IS NOT NULL ${from}
    ORDER BY title, product_id LIMIT ${limit + 1}`;
  const products = rows.slice(0, limit).map(toProduct);
  const last = products.at(-1);
  return rows.length > limit && last ? { products, next: last.productId } : { products };
}

/** The product that a SKU belongs to, with all its variants, discontinued ones included; undefined for an unknown SKU. */
export async function findProductBySku(sql: Sql, sku: string): Promise<Product | undefined> {
  if (!isStorable(sku)) return undefined;
  const [row] = await sql<ProductRow[]>`
    ${selectProducts(sql, false)}
    WHERE product_id = (SELECT product_id FROM variants WHERE sku = ${sku})`;
  return row && toProduct(row);
}

export interface ProductChange {
  /** What the SKU costs from now on, in minor units before options. */
  price?: number;
  /** Units that may be sold now. */
  stock?: number;
  /** True also brings back its product. */
  active?: boolean;
}

/** Changes one SKU in one transaction and returns its new facts; undefined for an unknown SKU. Siblings keep their prices. */
export async function setProduct(
  sql: Sql,
  sku: string,
  change: ProductChange,
): Promise<ProductFacts | undefined> {
  const { price, stock, active } = change;
  return sql.begin(async (transaction) => {
    const [known] = await transaction`SELECT FROM variants WHERE sku = ${sku}`;
    if (!known) return undefined;
    // Stock before variant: the order in which a reservation takes its locks.
    if (stock !== undefined) await transaction`SELECT set_stock(${sku}, ${stock})`;
    if (active === true)
      await transaction`
        UPDATE products SET active = true
        WHERE product_id = (SELECT product_id FROM variants WHERE sku = ${sku}) AND NOT active`;
    await transaction`
      UPDATE variants SET active = COALESCE(${active ?? null}, variants.active),
        additional_price = COALESCE(${price ?? null} - base_price, additional_price)
      FROM products WHERE products.product_id = variants.product_id AND sku = ${sku}`;
    // A transaction speaks the same language as the pool that it came from.
    return (await readFacts(transaction as unknown as Sql, [sku])).get(sku);
  });
}
