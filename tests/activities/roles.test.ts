/** The read-only role: made where that is allowed, done without where it is not. On a server of its own, for roles belong to a server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Sql } from '../../database/client.ts';
import { SERVICE_ROLE } from '../../database/grant-roles.ts';
import { createActivities } from '../../activities/create-activities.ts';
import { DAY, oldCart } from '../support/old-carts.ts';
import { retain } from '../support/retention.ts';
import { aPublication, aState } from '../support/publication.ts';
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

describe('the role of the running processes', () => {
  let service: Sql;
  beforeAll(async () => {
    await migrate(admin);
    await admin`CREATE ROLE app LOGIN IN ROLE ${admin(SERVICE_ROLE)}`;
    service = connect(server.url.replace('postgres@', 'app@'), { max: 1, name: 'app' });
  });
  afterAll(() => service?.end({ timeout: 1 }));

  test('publishes carts, adds to the trail and reads it', async () => {
    await createActivities({ sql: service }).publishCart(aPublication(aState()));
    expect(await service`SELECT version FROM cart_trail`).toHaveLength(1);
  });

  test.each([
    `UPDATE cart_audit SET actor = 'nobody'`,
    'DELETE FROM cart_audit',
    'TRUNCATE cart_audit',
    'DROP TABLE cart_audit',
    'ALTER TABLE cart_audit DISABLE TRIGGER ALL',
    'TRUNCATE carts',
    'UPDATE schema_migrations SET name = name',
    'CREATE TABLE own ()',
  ])('is refused: %s', async (statement) => {
    const attempt = service.begin(async (transaction) => {
      // What lets the owner's retention job delete lets nobody else.
      await transaction`SET LOCAL cartwright.retention = 'on'`;
      await transaction.unsafe(statement);
    });
    await expect(attempt).rejects.toThrow(/permission denied|must be owner/);
    expect(await admin`SELECT FROM cart_audit`).toHaveLength(1);
  });

  test('deletes from the trail only through forget_trails, and nothing younger than 30 days, whatever it asks for', async () => {
    const young = await oldCart(admin, 'expired', 29 * DAY);
    const old = await oldCart(admin, 'expired', 31 * DAY);
    for (const age of ['0', '-100 years', null])
      await service`SELECT forget_trails(${age}::interval, 1000000)`;
    const left = await admin`
      SELECT DISTINCT cart_id FROM cart_audit WHERE cart_id IN ${admin([young.cartId, old.cartId])}`;
    expect(left).toEqual([{ cart_id: young.cartId }]);
    await expect(service`DELETE FROM cart_audit`).rejects.toThrow(/permission denied/);
  });

  test('cannot make forget_trails look at other tables than the shop has', async () => {
    const cart = await oldCart(admin, 'expired', 500 * DAY);
    await admin`UPDATE carts SET status = 'active' WHERE cart_id = ${cart.cartId}`;
    await service.begin(async (transaction) => {
      await transaction`CREATE TEMP TABLE carts ON COMMIT DROP AS SELECT * FROM carts WITH NO DATA`;
      await transaction`SELECT forget_trails('0', 1000)`;
    });
    expect((await admin`SELECT FROM cart_audit WHERE cart_id = ${cart.cartId}`).count).toBe(4);
  });

  test('is alone with that: who only reads may not', async () => {
    await admin`CREATE ROLE onlooker LOGIN IN ROLE cartwright_readonly`;
    const onlooker = connect(server.url.replace('postgres@', 'onlooker@'), { max: 1, name: 'onlooker' });
    await expect(onlooker`SELECT forget_trails('400 days', 10)`).rejects.toThrow(/permission denied/);
    await onlooker.end();
  });

  test('runs the whole of retention', async () => {
    await oldCart(admin, 'merged', 500 * DAY);
    expect(await retain(service)).toMatchObject({ cart_audit: 4, carts: 1 });
  });

  test('has every table that a later migration makes', async () => {
    await admin`CREATE TABLE made_later (n integer)`;
    await migrate(admin);
    await service`INSERT INTO made_later VALUES (1)`;
    expect(await service`SELECT n FROM made_later`).toEqual([{ n: 1 }]);
  });
});
