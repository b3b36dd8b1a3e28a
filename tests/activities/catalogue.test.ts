/** The catalogue: facts, the shop window, changes at run time, and who learns of them. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createActivities } from '../../activities/create-activities.ts';
import { readCart } from '../../database/cart-projection.ts';
import { findProductBySku, listProducts, readFacts, setProduct } from '../../database/catalogue.ts';
import type { Sql } from '../../database/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aLine, aPublication, aState } from '../support/publication.ts';

let database: TestDatabase;
let sql: Sql;

beforeEach(async () => {
  database = await createTestDatabase({ catalogue: 'test' });
  sql = database.sql;
});
afterEach(() => database.drop());

const factsOf = async (sku: string) => {
  const facts = (await readFacts(sql, [sku])).get(sku);
  if (!facts) throw new Error(`No facts of ${sku}`);
  return facts;
};

describe('facts', () => {
  test('are read for many SKUs at once; unknown ones are absent', async () => {
    const facts = await readFacts(sql, ['T-A', 'T-C', 'NOPE', 'T-A', 'bad\0sku', "' OR 1=1"]);
    expect([...facts.keys()].sort()).toEqual(['T-A', 'T-C']);
    expect(facts.get('T-C')).toEqual({
      sku: 'T-C',
      productId: 't-c',
      title: 'Test product C',
      currency: 'EUR',
      unitPrice: 2_499,
      taxClass: 'rate-10.75',
      active: true,
      available: 1_000_000,
      options: [],
      revision: expect.any(Number),
    });
    expect(await readFacts(sql, [])).toEqual(new Map());
  });

  test('of a variant carry its label and its additional price', async () => {
    await sql`INSERT INTO variants (sku, product_id, label, additional_price) VALUES ('T-A-XL', 't-a', 'XL', 500)`;
    expect(await factsOf('T-A-XL')).toMatchObject({
      title: 'Test product A, XL',
      unitPrice: 2_499,
      available: 0,
    });
  });

  test('come to the workflow without repetition', async () => {
    const facts = await createActivities({ sql }).readProductFacts(['T-A', 'T-A', 'NOPE', 'T-B']);
    expect(facts.map(({ sku }) => sku).sort()).toEqual(['T-A', 'T-B']);
  });
});

describe('setProduct', () => {
  test('sets price, stock and whether it is sold, and answers with the new facts', async () => {
    const changed = await setProduct(sql, 'T-A', { price: 1, stock: 0, active: false });
    expect(changed).toMatchObject({ unitPrice: 1, available: 0, active: false });
    expect(await factsOf('T-A')).toEqual(changed);
  });

  test('leaves out what is not given, and siblings alone', async () => {
    await sql`INSERT INTO variants (sku, product_id, additional_price) VALUES ('T-A-XL', 't-a', 500)`;
    await setProduct(sql, 'T-A', { price: 5_000 });
    expect(await factsOf('T-A')).toMatchObject({ unitPrice: 5_000, available: 1_000_000, active: true });
    expect(await factsOf('T-A-XL')).toMatchObject({ unitPrice: 2_499 });
  });

  test('brings back what was no longer sold', async () => {
    expect(await factsOf('T-OFF')).toMatchObject({ active: false });
    expect(await setProduct(sql, 'T-OFF', { active: true })).toMatchObject({ active: true });
  });

  test('knows nothing of an unknown SKU', async () => {
    expect(await setProduct(sql, 'NOPE', { price: 1 })).toBeUndefined();
  });

  test('with nothing to change keeps the revision', async () => {
    const before = await factsOf('T-A');
    expect(await setProduct(sql, 'T-A', { price: 1_999, stock: 1_000_000, active: true })).toEqual(before);
  });

  test('cannot make a price negative', async () => {
    await expect(sql`UPDATE variants SET additional_price = -2000 WHERE sku = 'T-A'`).rejects.toThrow(
      /negative/,
    );
    await setProduct(sql, 'T-A', { price: 1 });
    await expect(sql`UPDATE products SET base_price = 1 WHERE product_id = 't-a'`).rejects.toThrow(
      /negative/,
    );
  });
});

describe('products', () => {
  test('are listed by title in pages, each once, only those that are sold', async () => {
    const titles: string[] = [];
    let after: string | undefined;
    do {
      const page = await listProducts(sql, { limit: 50, ...(after === undefined ? {} : { after }) });
      titles.push(...page.products.map(({ title }) => title));
      after = page.next;
    } while (after !== undefined);
    expect(titles).toHaveLength(127);
    expect(new Set(titles).size).toBe(127);
    expect(titles).not.toContain('No longer sold');
  });

  test('after an unknown one are none', async () => {
    expect(await listProducts(sql, { after: 'nope', limit: 5 })).toEqual({ products: [] });
    expect(await listProducts(sql, { after: 'n\0', limit: 5 })).toEqual({ products: [] });
  });

  test.each([
    ['T-A', 'inStock', 999],
    ['T-TEN', 'inStock', 10],
    ['T-ONE', 'low', 1],
    ['T-OFF', 'discontinued', 0],
  ])('tell that %s is %s and that a line may have %i', async (sku, available, maxQuantity) => {
    const product = await findProductBySku(sql, sku);
    expect(product?.variants).toMatchObject([{ sku, available, maxQuantity }]);
  });

  test('tell what is out of stock, and show a discontinued variant only when it is asked for', async () => {
    await setProduct(sql, 'T-ONE', { stock: 0 });
    expect((await findProductBySku(sql, 'T-ONE'))?.variants).toMatchObject([{ available: 'outOfStock' }]);
    await setProduct(sql, 'T-ONE', { active: false });
    expect((await findProductBySku(sql, 'T-ONE'))?.variants).toMatchObject([{ available: 'discontinued' }]);
    const { products } = await listProducts(sql, { limit: 200 });
    expect(products.some(({ productId }) => productId === 't-one')).toBe(false);
    expect(await findProductBySku(sql, 'NOPE')).toBeUndefined();
    expect(await findProductBySku(sql, 'N\0')).toBeUndefined();
  });
});

describe('a cart in the read model', () => {
  const ID = 'cart:g:test';

  /** Two lines, priced with today's facts. */
  async function publishCart(): Promise<number> {
    const lines = [];
    for (const [index, sku] of ['T-A', 'T-TEN'].entries()) {
      const { revision } = await factsOf(sku);
      lines.push(aLine({ id: `l${index + 1}`, sku, revision }));
    }
    await createActivities({ sql }).publishCart(aPublication(aState({ lines })));
    return Math.max(...lines.map(({ revision }) => revision));
  }

  test('is current until its products change', async () => {
    const revision = await publishCart();
    await setProduct(sql, 'T-B', { price: 1, stock: 1, active: false });
    expect(await readCart(sql, ID)).toMatchObject({ isStale: false, catalogueRevision: revision });
  });

  test.each([
    ['the price of a variant', `UPDATE variants SET additional_price = 1 WHERE sku = 'T-A'`],
    ['the price of a product', `UPDATE products SET base_price = 1 WHERE product_id = 't-a'`],
    ['an option', `UPDATE products SET options = '[{}]' WHERE product_id = 't-a'`],
    ['the price by area', `UPDATE products SET area_price = '{}' WHERE product_id = 't-a'`],
    ['the title', `UPDATE products SET title = 'Other' WHERE product_id = 't-a'`],
    ['the picture', `UPDATE products SET image_url = '/a.png' WHERE product_id = 't-a'`],
    ['the tax class', `UPDATE products SET tax_class = 'reduced' WHERE product_id = 't-a'`],
    ['whether a variant is sold', `UPDATE variants SET active = false WHERE sku = 'T-A'`],
    ['whether a product is sold', `UPDATE products SET active = false WHERE product_id = 't-a'`],
    ['stock below what a line may ask for', `SELECT set_stock('T-A', 998)`],
    ['low stock', `SELECT set_stock('T-TEN', 9)`],
    ['the stock, taken away', `DELETE FROM stock WHERE sku = 'T-A'`],
    ['the SKU, taken away', `DELETE FROM variants WHERE sku = 'T-A'`],
  ])('is stale after a change of %s', async (_, statement) => {
    const revision = await publishCart();
    await sql.unsafe(statement);
    const cart = await readCart(sql, ID);
    expect(cart?.isStale).toBe(true);
    const isGone = statement.startsWith('DELETE FROM variants');
    expect(isGone || (cart?.catalogueRevision ?? 0) > revision).toBe(true);
  });

  test.each([
    ['plentiful stock', `SELECT set_stock('T-A', 999)`],
    ['held and sold units', `UPDATE stock SET held = 1, sold = 1, initial = initial + 2 WHERE sku = 'T-A'`],
    ['the description', `UPDATE products SET description = 'Other' WHERE product_id = 't-a'`],
    ['nothing', 'UPDATE variants SET active = active, label = label'],
  ])('stays current after a change of %s', async (_, statement) => {
    await publishCart();
    await sql.unsafe(statement);
    expect(await readCart(sql, ID)).toMatchObject({ isStale: false });
  });

  test('without lines is never stale', async () => {
    await createActivities({ sql }).publishCart(aPublication(aState()));
    expect(await readCart(sql, ID)).toMatchObject({ isStale: false, catalogueRevision: 0 });
  });
});

describe('stock', () => {
  test('is never negative', async () => {
    await expect(sql`UPDATE stock SET available = available - 2 WHERE sku = 'T-ONE'`).rejects.toThrow(
      /check/,
    );
    await expect(setProduct(sql, 'T-ONE', { stock: -1 })).rejects.toThrow(/check/);
  });

  test('taken by twenty at once is given to as many as there are', async () => {
    const take = () => sql`
      UPDATE stock SET available = available - 1, sold = sold + 1 WHERE sku = 'T-TEN' AND available >= 1`;
    const taken = await Promise.all(Array.from({ length: 20 }, take));
    expect(taken.filter(({ count }) => count === 1)).toHaveLength(10);
    expect(await factsOf('T-TEN')).toMatchObject({ available: 0 });
  });
});

describe('channel catalogue', () => {
  async function listening(change: () => Promise<unknown>): Promise<string[]> {
    const heard: string[] = [];
    const subscription = await sql.listen('catalogue', (payload) => heard.push(payload));
    await change();
    await sql.notify('catalogue', 'end');
    await vi.waitFor(() => expect(heard).toContain('end'), { timeout: 5_000 });
    await subscription.unlisten();
    return heard.slice(0, -1);
  }

  test('names the SKU that changed, once', async () => {
    expect(await listening(() => setProduct(sql, 'T-A', { price: 1, stock: 5, active: false }))).toEqual([
      'T-A',
    ]);
  });

  test('names each variant of a product', async () => {
    await sql`INSERT INTO variants (sku, product_id) VALUES ('T-A-XL', 't-a')`;
    const change = () => sql`UPDATE products SET title = 'Other' WHERE product_id = 't-a'`;
    expect((await listening(change)).sort()).toEqual(['T-A', 'T-A-XL']);
  });

  test('names a SKU that came and went', async () => {
    const change = async () => {
      await sql`INSERT INTO variants (sku, product_id) VALUES ('T-A-XL', 't-a')`;
      await sql`DELETE FROM variants WHERE sku = 'T-A-XL'`;
    };
    expect(await listening(change)).toEqual(['T-A-XL', 'T-A-XL']);
  });

  test('says * when more than a hundred change at once, and nothing when nothing changes', async () => {
    expect(await listening(() => sql`UPDATE stock SET available = 7, initial = held + sold + 7`)).toEqual([
      '*',
    ]);
    expect(await listening(() => sql`UPDATE stock SET available = 7, initial = held + sold + 7`)).toEqual([]);
  });
});
