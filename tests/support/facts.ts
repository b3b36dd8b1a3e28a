/**
 * Product facts for tests of the rules: those of the test catalogue, as the database would answer them, and builders for the products
 * that it lacks.
 */
import type { OptionDefinition, ProductFacts } from '../../contract/product-facts.ts';
import {
  byArea,
  type CatalogueProduct,
  type CatalogueVariant,
  centimetres,
  choice,
  engraving,
} from '../../database/catalogues/catalogue-product.ts';
import { TEST_CATALOGUE } from '../../database/catalogues/test.ts';

/** A simple product: no options, price and stock as given. */
export const simpleFacts = (sku: string, more: Partial<ProductFacts> = {}): ProductFacts => ({
  sku,
  productId: sku.toLowerCase(),
  title: `Product ${sku}`,
  currency: 'EUR',
  unitPrice: 1_000,
  taxClass: 'standard',
  active: true,
  available: 1_000_000,
  options: [],
  revision: 1,
  ...more,
});

/** A variant: its additional price comes on top of its product's. */
export const variantFacts = (
  sku: string,
  basePrice: number,
  additionalPrice: number,
  more: Partial<ProductFacts> = {},
): ProductFacts =>
  simpleFacts(sku, {
    productId: 'variants',
    title: `Variants, ${sku}`,
    unitPrice: basePrice + additionalPrice,
    ...more,
  });

const MEASURED: OptionDefinition[] = [
  centimetres('width', 10, 300, 0.1),
  centimetres('height', 10, 300, 0.1),
  choice('material', ['cotton', 'Cotton', 0], ['linen', 'Linen', 500], ['canvas', 'Canvas', 900]),
  engraving(40, 750),
];

/** Made to measure: priced by area, with surcharges for material and engraving. */
export const configurableFacts = (sku: string, more: Partial<ProductFacts> = {}): ProductFacts =>
  simpleFacts(sku, {
    title: 'Made to measure',
    options: MEASURED,
    areaPrice: byArea(8_000),
    imageUrl: 'https://example.com/measure.webp',
    ...more,
  });

const catalogueFacts = (product: CatalogueProduct, variant: CatalogueVariant): ProductFacts => ({
  sku: variant.sku,
  productId: product.productId,
  title: variant.label ? `${product.title}, ${variant.label}` : product.title,
  currency: 'EUR',
  unitPrice: product.price + (variant.additionalPrice ?? 0),
  taxClass: product.taxClass ?? 'standard',
  active: (product.active ?? true) && (variant.active ?? true),
  available: variant.stock,
  options: product.options ?? [],
  ...(product.areaPrice ? { areaPrice: product.areaPrice } : {}),
  revision: 1,
});

/** What the catalogue of the test stack answers, by SKU. A fresh map each time: change it as you like. */
export const testCatalogueFacts = (): Map<string, ProductFacts> =>
  new Map(
    TEST_CATALOGUE.flatMap((product) =>
      product.variants.map((variant) => [variant.sku, catalogueFacts(product, variant)] as const),
    ),
  );
