/** `npm run catalogue`: changes a product while the shop runs, and says what is wrong in one sentence. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFacts } from '../../database/catalogue.ts';
import { reserve } from '../../database/reservations.ts';
import { aReservation } from '../support/checkouts.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const ROOT = path.join(import.meta.dirname, '../..');

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ catalogue: 'test' });
});
afterAll(() => database.drop());

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function catalogue(words: string, env: NodeJS.ProcessEnv = { DATABASE_URL: database.url }): Promise<Outcome> {
  const { DATABASE_URL: _, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'scripts/catalogue.ts', ...words.split(' ')],
      { cwd: ROOT, env: { ...inherited, ...env } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('npm run catalogue', () => {
  test('set changes a product and prints its facts', async () => {
    const { code, stdout } = await catalogue('set T-B --price 5100 --stock 4 --active false');
    expect(code).toBe(0);
    const facts = (await readFacts(database.sql, ['T-B'])).get('T-B');
    expect(facts).toMatchObject({ unitPrice: 5_100, available: 4, active: false });
    expect(JSON.parse(stdout)).toEqual(facts);
  });

  test.each([
    ['set NOPE --price 1', /no product with the SKU NOPE/],
    ['show NOPE', /no product with the SKU NOPE/],
    ['set T-A', /Say what to change/],
    ['set T-A --price 1.5', /whole number/],
    ['set T-A --stock -1', /whole number/],
    ['set T-A --active yes', /true or false/],
  ])('%s fails with a sentence', async (words, sentence) => {
    const { code, stderr } = await catalogue(words);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('    at ');
  });

  test('show and list tell what is sold', async () => {
    expect(JSON.parse((await catalogue('show T-CUSTOM')).stdout).product.options).toHaveLength(4);
    const { stdout } = await catalogue('list');
    expect(stdout).toContain('T-001\t1001\tEUR\tinStock\t999\tTest product 001\n');
    expect(stdout).not.toContain('T-OFF');
  });

  test('holds tells who holds what', async () => {
    await reserve(database.sql, aReservation({ checkoutId: 'seen', items: [{ sku: 'T-A', quantity: 2 }] }));
    expect((await catalogue('holds T-A')).stdout).toMatch(/^T-A\t2\t\S+Z\topen\tseen\towner of seen\n$/);
    expect((await catalogue('holds T-B')).stdout).toBe('');
  });

  test('load adds a catalogue', async () => {
    expect((await catalogue('load demo')).stdout).toMatch(/^Added 66 SKUs/);
  });

  test('finds the database of the local stack in its data folder', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'cartwright-data-'));
    writeFileSync(
      path.join(folder, 'stack.json'),
      JSON.stringify([
        { name: 'postgres', env: {} },
        { name: 'api', env: { DATABASE_URL: database.url } },
      ]),
    );
    const { stdout } = await catalogue(`--data ${folder} show T-A`, {});
    rmSync(folder, { recursive: true });
    expect(JSON.parse(stdout).facts).toMatchObject({ sku: 'T-A' });
  });

  test.each([
    ['postgres://127.0.0.1:1/nowhere', /cannot be reached/],
    [() => database.url.replace(/[^/]+$/, 'no_such_database'), /The database refuses/],
    [() => database.url.replace(/[^/]+$/, 'template1'), /has no tables yet/],
  ])('names the trouble with a wrong DATABASE_URL', async (url, sentence) => {
    const { code, stderr } = await catalogue('list', { DATABASE_URL: typeof url === 'string' ? url : url() });
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });
});
