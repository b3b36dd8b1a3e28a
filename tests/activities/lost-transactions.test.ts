/** A transaction that loses its connection ends with an error that says so; the process and its pool go on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, isUnavailable, type Sql } from '../../database/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let database: TestDatabase;
let sql: Sql;
let administrator: Sql;
const uncaught: unknown[] = [];
const note = (error: unknown) => uncaught.push(error);

beforeAll(async () => {
  database = await createTestDatabase();
  sql = connect(database.url, { max: 2, name: 'lost-transactions', statementTimeoutMs: 30_000 });
  administrator = connect(database.url, { max: 1, name: 'administrator' });
  process.on('uncaughtException', note);
});

afterAll(async () => {
  process.off('uncaughtException', note);
  await Promise.allSettled([sql?.end({ timeout: 1 }), administrator?.end({ timeout: 1 })]);
  await database?.drop();
});

type Transaction = Parameters<Parameters<Sql['begin']>[1]>[0];

const pidOf = async (tx: Transaction): Promise<number> => {
  const [row] = await tx<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  return row?.pid ?? 0;
};

const isGone = async (pid: number): Promise<boolean> =>
  (await administrator`SELECT FROM pg_stat_activity WHERE pid = ${pid}`).count === 0;

/** Ends the session and waits until the server has forgotten it. */
async function end(pid: number): Promise<void> {
  await administrator`SELECT pg_terminate_backend(${pid})`;
  await eventually(() => isGone(pid));
}

/** Of the event loop: the news is on its way. */
async function aFewTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test.each<[string, (tx: Transaction) => Promise<unknown>]>([
  [
    'between two statements',
    async (tx) => {
      await end(await pidOf(tx));
      await aFewTurns();
      return await tx`SELECT 1`;
    },
  ],
  [
    'during a statement',
    async (tx) => {
      const pid = await pidOf(tx);
      const [slow] = await Promise.allSettled([tx`SELECT pg_sleep(20)`, end(pid)]);
      if (slow.status === 'rejected') throw slow.reason;
    },
  ],
  [
    'before its work fails for a reason of its own',
    async (tx) => {
      await end(await pidOf(tx));
      await aFewTurns();
      throw new Error('a reason of its own');
    },
  ],
])('lost %s', async (_, work) => {
  uncaught.length = 0;
  for (let round = 0; round < 3; round += 1) {
    const error = await sql.begin(work).then(
      () => 'committed',
      (reason: unknown) => reason,
    );
    expect(isUnavailable(error), String(error)).toBe(true);
    const rows = await Promise.all([1, 2, 3].map((n) => sql`SELECT ${n}::int AS n`));
    expect(rows.map(([row]) => row)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  }
  expect(uncaught).toEqual([]);
});

test('a transaction that fails on a living connection is undone, and says why', async () => {
  await sql`CREATE TABLE kept (n int PRIMARY KEY)`;
  const failing = sql.begin(async (tx) => {
    await tx`INSERT INTO kept VALUES (1)`;
    await tx`INSERT INTO kept VALUES (1)`;
  });
  await expect(failing).rejects.toThrow(/duplicate key/);
  const own = sql.begin(async (tx) => {
    await tx`INSERT INTO kept VALUES (2)`;
    throw new Error('a reason of its own');
  });
  await expect(own).rejects.toThrow('a reason of its own');
  await sql.begin((tx) => tx`INSERT INTO kept VALUES (3)`);
  expect(await sql`SELECT n FROM kept`).toEqual([{ n: 3 }]);
});
