/** The ready-made catalogues: the figures that other tests count on, and loading without harm to what is there. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProductBySku, listProducts, readFacts, setProduct } from '../../database/catalogue.ts';
import { CATALOGUES, loadCatalogue } from '../../database/load-catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('loadCatalogue', () => {
  test('adds every SKU once, however many load at the same time', async () => {
    const added = await Promise.all([1, 2, 3].map(() => loadCatalogue(database.sql, 'test')));
    expect(added.sort((a, b) => a - b)).toEqual([0, 0, 128]);
  });

  test('adds what is missing and overwrites nothing', async () => {
    const { sql } = database;
    await setProduct(sql, 'T-050', { price: 7, stock: 3 });
    await sql`UPDATE products SET title = 'Renamed' WHERE product_id = 't-051'`;
    await sql`DELETE FROM variants WHERE sku = 'T-052'`;
    const before = await readFacts(sql, ['T-050', 'T-051']);
    expect(await loadCatalogue(sql, 'test')).toBe(1);
    expect(await readFacts(sql, ['T-050', 'T-051'])).toEqual(before);
    expect((await readFacts(sql, ['T-052'])).get('T-052')).toMatchObject({
      unitPrice: 1_052,
      available: 1_000_000,
    });
  });

  test('loads the demo beside it', async () => {
    await loadCatalogue(database.sql, 'demo');
    const { products } = await listProducts(database.sql, { limit: 500 });
    expect(products.length).toBeGreaterThan(127 + 35);
    expect(await findProductBySku(database.sql, 'ARMCHAIR-LOOP')).toMatchObject({ active: false });
  });
});

describe('the test catalogue', () => {
  test.each([
    ['T-A', 1_999, 'standard', 1_000_000, true],
    ['T-B', 4_995, 'standard', 1_000_000, true],
    ['T-C', 2_499, 'rate-10.75', 1_000_000, true],
    ['T-ONE', 1_000, 'standard', 1, true],
    ['T-TEN', 1_000, 'standard', 10, true],
    ['T-OFF', 1_000, 'standard', 1_000_000, false],
    ['T-MAX', 99_999_999, 'standard', 1_000_000, true],
    ['T-001', 1_001, 'standard', 1_000_000, true],
    ['T-120', 1_120, 'standard', 1_000_000, true],
  ])(
    'has %s at %i, tax class %s, stock %i, sold: %s',
    async (sku, unitPrice, taxClass, available, active) => {
      const facts = (await readFacts(database.sql, [sku])).get(sku);
      expect(facts).toMatchObject({ unitPrice, taxClass, available, active, currency: 'EUR', options: [] });
    },
  );

  test('has T-CUSTOM by area, with material and engraving', async () => {
    const facts = (await readFacts(database.sql, ['T-CUSTOM'])).get('T-CUSTOM');
    expect(facts).toMatchObject({
      unitPrice: 1_000,
      areaPrice: { width: 'width', height: 'height', perSquareMetre: 8_000 },
    });
    expect(facts?.options.map(({ name, type }) => [name, type])).toEqual([
      ['width', 'number'],
      ['height', 'number'],
      ['material', 'choice'],
      ['engraving', 'text'],
    ]);
  });
});

describe('the demo catalogue', () => {
  const products = CATALOGUES.demo;

  test('has about forty products of three kinds', () => {
    expect(products).toHaveLength(40);
    const configurable = products.filter(({ options = [] }) => options.length > 0);
    const inVariants = products.filter(({ variants }) => variants.length > 1);
    expect(Math.min(configurable.length, inVariants.length)).toBeGreaterThanOrEqual(9);
    expect(products.length - configurable.length - inVariants.length).toBeGreaterThanOrEqual(15);
  });

  test('has plenty, little and nothing in stock, and one that is no longer sold', () => {
    const stocks = products.flatMap(({ variants }) => variants.map(({ stock }) => stock));
    expect(stocks).toContain(0);
    expect(stocks.some((stock) => stock > 0 && stock < 10)).toBe(true);
    expect(products.filter(({ active }) => active === false)).toHaveLength(1);
  });

  test('uses no product id or SKU twice, not even across catalogues', () => {
    const all = [...products, ...CATALOGUES.test];
    const ids = all.map(({ productId }) => productId);
    const skus = all.flatMap(({ variants }) => variants.map(({ sku }) => sku));
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(skus).size).toBe(skus.length);
  });

  test('has area prices only over measures that are required', () => {
    for (const { areaPrice, options = [] } of products) {
      if (!areaPrice) continue;
      const measures = options.filter(({ type, required }) => type === 'number' && required);
      expect(measures.map(({ name }) => name)).toEqual([areaPrice.width, areaPrice.height]);
    }
  });
});
