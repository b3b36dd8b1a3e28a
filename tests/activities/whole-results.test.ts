/** Results stay whole after a statement that ended in the middle of its rows on the same connection. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Sql } from '../../database/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = connect(database.url, { max: 1, name: 'whole-results' });
});
afterAll(async () => {
  await sql.end({ timeout: 1 });
  await database.drop();
});

const FAILING = 'SELECT i, 1 / (4 - i) AS part FROM generate_series(1, 9) AS i';

describe('after a statement that fails behind its third row', () => {
  test.each<[string, () => Promise<readonly unknown[]>]>([
    ['a statement', async () => await sql`SELECT x FROM generate_series(1, 3) AS x`],
    ['a plain one', async () => await sql.unsafe('SELECT x FROM generate_series(1, 3) AS x')],
    ['one in a transaction', async () => await sql.begin((t) => t`SELECT x FROM generate_series(1, 3) AS x`)],
    [
      'one on a reserved connection',
      async () => {
        const own = await sql.reserve();
        const rows = await own`SELECT x FROM generate_series(1, 3) AS x`;
        own.release();
        return rows;
      },
    ],
  ])('%s on the same connection has its rows and no holes', async (_, read) => {
    await expect(sql.unsafe(FAILING)).rejects.toThrow(/division by zero/);
    const rows = await read();
    expect(rows.map((row) => row)).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
    expect((await read())[0]).toEqual({ x: 1 });
  });

  test('a pipelined one has them too', async () => {
    const failing = sql.unsafe(FAILING).catch((error: Error) => error.message);
    const [first] = await sql`SELECT 'there' AS cart`;
    expect(await failing).toMatch(/division/);
    expect(first).toEqual({ cart: 'there' });
  });
});
