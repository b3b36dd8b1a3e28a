/** Connections that are lost under work: each statement is answered with its own rows or with an outage, and the pool goes on at once. */
import { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { connect, isUnavailable, type Sql } from '../../database/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const CONNECTIONS = 3;

let database: TestDatabase;
let sql: Sql;
let sockets: Socket[];
const uncaught: unknown[] = [];
const note = (error: unknown) => uncaught.push(error);

beforeAll(async () => {
  database = await createTestDatabase();
  const connecting = vi.spyOn(Socket.prototype, 'connect');
  sql = connect(database.url, { max: CONNECTIONS, name: 'lost-connections' });
  sockets = connecting.mock.contexts as Socket[];
  process.on('uncaughtException', note).on('unhandledRejection', note);
  await sql`CREATE TABLE kept (n int PRIMARY KEY)`;
});

beforeEach(() => {
  uncaught.length = 0;
});

afterAll(async () => {
  process.off('uncaughtException', note).off('unhandledRejection', note);
  vi.restoreAllMocks();
  await sql?.end({ timeout: 1 });
  await database?.drop();
});

const ask = async (word: string): Promise<unknown> =>
  (await sql<{ word: string }[]>`SELECT ${word}::text AS word`).map((row) => row.word);

/** Until every connection is open. */
async function openAll(): Promise<void> {
  await Promise.all(Array.from({ length: CONNECTIONS }, () => sql`SELECT pg_sleep(0.05)`));
}

const LOSSES = {
  'by a reset': () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
  'without an error': () => undefined,
};

function lose(how: keyof typeof LOSSES): void {
  for (const socket of sockets) if (!socket.destroyed) socket.destroy(LOSSES[how]());
}

/** Asks; when that fails asks at once again, as whoever has something else to try; tells all that came of it. */
async function askOnAndOn(name: string, tries: number): Promise<void> {
  for (let left = tries; left > 0; left -= 1) {
    const word = `${name}-${left}`;
    const outcome = await ask(word).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(isUnavailable(outcome), String(outcome)).toBe(true);
    else expect(outcome).toEqual([word]);
  }
}

test.each(Object.keys(LOSSES) as (keyof typeof LOSSES)[])('lost %s', { timeout: 20_000 }, async (how) => {
  for (let round = 0; round < 10; round += 1) {
    await openAll();
    const asking = Array.from({ length: 8 }, (_, index) => askOnAndOn(`${how}-${round}-${index}`, 4));
    lose(how);
    await Promise.all(asking);
    // All of them are new, and none is held up by what the old ones had not sent.
    await Promise.all(
      Array.from({ length: 2 * CONNECTIONS }, async (_, index) => {
        const word = `afterwards-${index}`;
        expect(await ask(word)).toEqual([word]);
      }),
    );
  }
  expect(uncaught).toEqual([]);
});

test.each(Object.keys(LOSSES) as (keyof typeof LOSSES)[])(
  'a transaction whose connection is lost %s before it commits says so, and nothing of it is there',
  { timeout: 20_000 },
  async (how) => {
    for (let n = 0; n < 10; n += 1) {
      await openAll();
      const outcome = await sql
        .begin(async (tx) => {
          await tx`INSERT INTO kept VALUES (${n})`;
          const torn = tx`SELECT 'torn'`.execute();
          lose(how);
          await torn.catch(() => undefined);
        })
        .catch((error: unknown) => error);
      expect(isUnavailable(outcome), String(outcome)).toBe(true);
      // The other connections may hear of their end only now.
      await vi.waitFor(async () => expect(await sql`SELECT FROM kept`).toHaveLength(0));
    }
    expect(uncaught).toEqual([]);
  },
);

test('a transaction that goes on after the loss does nothing in the one that has its connection now', async () => {
  const one = connect(database.url, { max: 1, name: 'one-connection' });
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let stray: Promise<unknown> = Promise.resolve();
  const lost = one.begin(async (tx) => {
    await tx`SELECT 1`;
    lose('by a reset');
    await held;
    stray = tx`INSERT INTO kept VALUES (1)`.then(
      () => 'inserted',
      () => 'refused',
    );
    await stray;
  });
  expect(isUnavailable(await lost.catch((error: unknown) => error))).toBe(true);
  await one.begin(async (tx) => {
    await tx`INSERT INTO kept VALUES (2)`;
    goOn();
    await vi.waitFor(async () => expect(await stray).toBe('refused'));
  });
  expect(await one`SELECT n FROM kept`).toEqual([{ n: 2 }]);
  await one.end({ timeout: 1 });
});
