/** The read-only role: made where that is allowed, done without where it is not. On a server of its own, for roles belong to a server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Sql } from '../../database/client.ts';
import { migrate } from '../../database/migrate.ts';
import { createOwnPostgres, type OwnPostgres } from '../support/own-postgres.ts';

let server: OwnPostgres;
let admin: Sql;

beforeAll(async () => {
  server = await createOwnPostgres();
  await server.start();
  admin = connect(server.url, { max: 1, name: 'roles-test' });
});
afterAll(async () => {
  await admin?.end({ timeout: 1 });
  await server?.remove();
});

const hasRole = async () =>
  (await admin`SELECT FROM pg_roles WHERE rolname = 'cartwright_readonly'`).count === 1;

describe('migrate', () => {
  test('by a role that may not create roles does without the read-only role', async () => {
    await admin`CREATE ROLE plain LOGIN`;
    await admin`CREATE DATABASE managed OWNER plain`;
    const plain = connect(server.url.replace('postgres@', 'plain@').replace(/postgres$/, 'managed'), {
      max: 1,
      name: 'plain',
    });
    expect(await migrate(plain)).toContain('0003_read_only_role.sql');
    await plain.end();
    expect(await hasRole()).toBe(false);
  });

  test('in several databases at once makes the role once', async () => {
    await Promise.all(
      ['one', 'two', 'three'].map(async (name) => {
        await admin`CREATE DATABASE ${admin(name)}`;
        const sql = connect(server.url.replace(/postgres$/, name), { max: 1, name });
        await migrate(sql);
        await sql.end();
      }),
    );
    expect(await hasRole()).toBe(true);
  });

  test('lets a login that inherits the role read every table, later ones too, and change none', async () => {
    await migrate(admin);
    await admin`CREATE TABLE later (n integer)`;
    await admin`CREATE ROLE reader LOGIN IN ROLE cartwright_readonly`;
    const reader = connect(server.url.replace('postgres@', 'reader@'), { max: 1, name: 'reader' });
    for (const table of [
      'carts',
      'finished_carts',
      'cart_audit',
      'cart_requests',
      'products',
      'variants',
      'stock',
      'later',
    ]) {
      expect(await reader`SELECT * FROM ${reader(table)}`).toEqual([]);
      await expect(reader`DELETE FROM ${reader(table)}`).rejects.toThrow(/permission denied/);
    }
    await reader.end();
  });
});
