/** The connection pool, when the server is killed, restarted, slow or absent. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createActivities } from '../../activities/create-activities.ts';
import type { DatabaseLog } from '../../activities/guard-database.ts';
import { connect, isUnavailable, type Sql } from '../../database/client.ts';
import { migrate } from '../../database/migrate.ts';
import { createOwnPostgres, type OwnPostgres } from '../support/own-postgres.ts';
import { aPublication, aState } from '../support/publication.ts';

let server: OwnPostgres;
let sql: Sql;

beforeAll(async () => {
  server = await createOwnPostgres();
  await server.start();
  sql = connect(server.url, { max: 5, name: 'pool-test' });
  await migrate(sql);
});
afterAll(async () => {
  await sql?.end({ timeout: 1 });
  await server?.remove();
});

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error) => error,
  );

describe('a pool', () => {
  test('whose server was killed fails at once, as unavailable, and heals within a second of its return', async () => {
    await Promise.all(Array.from({ length: 5 }, () => sql`SELECT pg_sleep(0.01)`));
    const inFlight = Array.from({ length: 5 }, () => failure(sql`SELECT pg_sleep(1.5)`));
    await vi.waitFor(async () => {
      const [row] = await connectOnce(server.url);
      expect(row).toMatchObject({ busy: 5 });
    });
    await server.kill();
    expect((await Promise.all(inFlight)).every(isUnavailable)).toBe(true);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const startedAt = performance.now();
      const errors = await Promise.all(Array.from({ length: 8 }, () => failure(sql`SELECT 1`)));
      expect(errors.every(isUnavailable)).toBe(true);
      expect(performance.now() - startedAt).toBeLessThan(1_500);
    }
    await server.start();
    const backAt = performance.now();
    await vi.waitFor(() => sql`SELECT 1`, { timeout: 5_000, interval: 5 });
    expect(performance.now() - backAt).toBeLessThan(1_000);
    await Promise.all(Array.from({ length: 20 }, () => sql`SELECT 1`));
  });

  test('hears notifications again after the server came back', async () => {
    const heard: string[] = [];
    let subscriptions = 0;
    await sql.listen(
      'cart',
      (payload) => heard.push(payload),
      () => {
        subscriptions += 1;
      },
    );
    await server.kill();
    await server.start();
    await vi.waitFor(() => expect(subscriptions).toBeGreaterThan(1), { timeout: 10_000 });
    await vi.waitFor(() => sql.notify('cart', 'again'), { timeout: 5_000 });
    await vi.waitFor(() => expect(heard).toContain('again'), { timeout: 5_000 });
  });

  test('keeps what was acknowledged before a kill', async () => {
    const activities = createActivities({ sql });
    await vi.waitFor(() => activities.publishCart(aPublication(aState({ version: 7 }))), { timeout: 5_000 });
    await server.kill();
    await server.start();
    const rows = await vi.waitFor(() => sql`SELECT version FROM carts`, { timeout: 5_000 });
    expect(rows).toMatchObject([{ version: 7 }]);
  });

  test('ends a statement that takes too long', async () => {
    const hasty = connect(server.url, { max: 1, name: 'hasty', statementTimeoutMs: 50 });
    const error = await failure(hasty`SELECT pg_sleep(5)`);
    expect(isUnavailable(error)).toBe(true);
    expect(await hasty`SELECT 2::bigint AS two`).toEqual([{ two: 2 }]);
    await hasty.end();
  });
});

async function connectOnce(url: string) {
  const observer = connect(url, { max: 1, name: 'observer' });
  const rows = await observer`
    SELECT count(*) AS busy FROM pg_stat_activity WHERE application_name = 'pool-test' AND state = 'active'`;
  await observer.end();
  return rows;
}

describe('an activity', () => {
  test('without a database fails for a retry, and tells nothing of address or contents', async () => {
    const away = connect('postgres://someone:secret@127.0.0.1:1/shop', { max: 1, name: 'away' });
    const log = { error: vi.fn<DatabaseLog['error']>() };
    const activities = createActivities({ sql: away, log });
    for (const call of [
      activities.publishCart(aPublication(aState())),
      activities.readProductFacts(['T-A']),
    ]) {
      const error = (await failure(call)) as Error & { type: string; nonRetryable: boolean };
      expect(error).toMatchObject({ type: 'DatabaseUnavailable', message: 'The database is out of reach' });
      expect(error.nonRetryable).not.toBe(true);
      expect(error.cause).toBeUndefined();
    }
    expect(log.error).not.toHaveBeenCalled();
    await away.end();
  });

  test('that meets a mistake of ours logs it, and says only that it failed', async () => {
    const bare = connect(server.url.replace(/postgres$/, 'template1'), { max: 1, name: 'bare' });
    const log = { error: vi.fn<DatabaseLog['error']>() };
    const error = await failure(createActivities({ sql: bare, log }).readProductFacts(['T-A']));
    expect(error).toMatchObject({ type: 'DatabaseFault', nonRetryable: true });
    expect((error as Error).message).not.toContain('variants');
    expect(log.error).toHaveBeenCalledWith(expect.objectContaining({ code: '42P01' }), expect.any(String));
    await bare.end();
  });
});

describe('isUnavailable', () => {
  test.each([
    'ECONNREFUSED',
    'CONNECTION_CLOSED',
    'CONNECT_TIMEOUT',
    '57P01',
    '57P03',
    '57014',
    '08006',
    '53300',
    '40P01',
    '28P01',
    '3D000',
    '55000',
    '57P04',
  ])('takes %s for an outage', (code) =>
    expect(isUnavailable(Object.assign(new Error('x'), { code }))).toBe(true),
  );

  test.each(['23505', '42P01', '22P05', 'UNDEFINED_VALUE', 57_014])('takes %s for a mistake', (code) =>
    expect(isUnavailable(Object.assign(new Error('x'), { code }))).toBe(false),
  );

  test('takes anything else for a mistake', () => {
    for (const thrown of [undefined, null, 'text', new TypeError('x')])
      expect(isUnavailable(thrown)).toBe(false);
  });
});
