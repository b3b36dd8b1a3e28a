/** Publishing: all or nothing, forward only, and harmless when it is repeated, reordered or raced. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Activities, createActivities } from '../../activities/create-activities.ts';
import type { DatabaseLog } from '../../activities/guard-database.ts';
import { toCartView } from '../../cart/view.ts';
import { readCart, readLineSku, readRequest } from '../../database/cart-projection.ts';
import { connect, type Sql } from '../../database/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aLine, anAuditEntry, aPublication, aRequest, aState } from '../support/publication.ts';
import { TEST_POLICY } from '../support/policy.ts';

const ID = 'cart:g:test';

let database: TestDatabase;
let sql: Sql;
let activities: Activities;

beforeAll(async () => {
  database = await createTestDatabase({ catalogue: 'test' });
  sql = database.sql;
  activities = createActivities({ sql });
});
afterAll(() => database.drop());

beforeEach(async () => {
  await sql.begin(async (transaction) => {
    await transaction`SET LOCAL cartwright.retention = 'on'`;
    await transaction`DELETE FROM cart_audit`;
    await transaction`TRUNCATE carts, finished_carts, cart_requests`;
  });
});

const everything = async () => ({
  carts: await sql`SELECT * FROM carts ORDER BY workflow_id`,
  finished: await sql`SELECT * FROM finished_carts ORDER BY cart_id`,
  audit: await sql`SELECT * FROM cart_audit ORDER BY cart_id, version`,
  requests: await sql`SELECT * FROM cart_requests ORDER BY key_hash`,
});

const versions = async (table: 'carts' | 'cart_audit') =>
  (await sql<{ version: number }[]>`SELECT version FROM ${sql(table)} ORDER BY version`).map(
    (row) => row.version,
  );

describe('a publication', () => {
  test('is read back as it was given', async () => {
    const state = aState({ version: 3, lines: [aLine(), aLine({ id: 'l2', sku: 'T-B', quantity: 2 })] });
    await activities.publishCart(aPublication(state));
    const cart = await readCart(sql, ID);
    expect(cart).toMatchObject({ cartId: 'cart-1', bornAt: state.bornAt, version: 3, status: 'active' });
    expect(JSON.parse(cart?.viewJson ?? '')).toEqual(toCartView(state, TEST_POLICY));
    expect(await readLineSku(sql, ID, 'l2')).toBe('T-B');
    expect(await readLineSku(sql, ID, 'l9')).toBeUndefined();
    expect(await readLineSku(sql, 'cart:g:other', 'l1')).toBeUndefined();
  });

  test('changes nothing when it is repeated', async () => {
    const publication = aPublication(aState({ version: 2, lines: [aLine()] }), {
      requests: [aRequest()],
      finished: [aState({ cartId: 'cart-0', status: 'completed' })],
    });
    await activities.publishCart(publication);
    const before = await everything();
    await activities.publishCart(publication);
    expect(await everything()).toEqual(before);
    expect(before.audit).toHaveLength(1);
    expect(before.finished).toHaveLength(1);
  });

  test('that arrives late keeps the newer state and adds to the trail', async () => {
    await activities.publishCart(aPublication(aState({ version: 5 })));
    await activities.publishCart(aPublication(aState({ version: 4 })));
    expect(await versions('carts')).toEqual([5]);
    expect(await versions('cart_audit')).toEqual([4, 5]);
  });

  test('of a change that did not last gives way to what the cart did instead, even at a lower version', async () => {
    const lostAt = Date.UTC(2026, 10, 2);
    const lost = aState({ version: 4, updatedAt: lostAt, lines: [aLine({ sku: 'T-B' })] });
    const lasting = aState({ version: 3, updatedAt: lostAt + 5_000, lines: [aLine()] });
    const entry = (version: number, key: string, at: number) => anAuditEntry({ version, key, at });
    const lostPublication = aPublication(lost, {
      audit: [entry(3, 'lost-1', lostAt), entry(4, 'lost-2', lostAt)],
      requests: [aRequest({ key: 'lost-2', version: 4, at: lostAt })],
    });
    await activities.publishCart(aPublication(aState({ version: 2 })));
    await activities.publishCart(lostPublication);
    await activities.publishCart(
      aPublication(lasting, {
        audit: [entry(3, 'lasting', lostAt + 5_000)],
        requests: [aRequest({ key: 'lasting', version: 3, at: lostAt + 5_000 })],
      }),
    );
    // The lost task's activity may still be on its way.
    await activities.publishCart(lostPublication);
    expect(await readCart(sql, ID)).toMatchObject({ version: 3 });
    const trail = await sql`SELECT version, key_hash FROM cart_trail ORDER BY version`;
    expect(trail.map((row) => ({ ...row }))).toEqual([
      { version: 2, key_hash: 'key' },
      { version: 3, key_hash: 'lasting' },
    ]);
    expect(await readRequest(sql, ID, 'lost-2')).toBeUndefined();
    expect(await readRequest(sql, ID, 'lasting')).toMatchObject({ status: 'applied', isLasting: false });
    await activities.publishCart(aPublication(aState({ version: 4, updatedAt: lostAt + 6_000 })));
    expect(await readRequest(sql, ID, 'lasting')).toMatchObject({ status: 'applied', isLasting: true });
  });

  test('raced by two workers ends at the newest version, with one audit row for each', async () => {
    const other = connect(database.url, { max: 5, name: 'second-worker' });
    const workers = [activities, createActivities({ sql: other })];
    const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
    const publications = numbers.map((version) =>
      aPublication(aState({ version, lines: [aLine({ quantity: version })] }), {
        audit: numbers.slice(0, version).map((entry) => anAuditEntry({ version: entry })),
        requests: [aRequest({ key: `key-${version}`, version })],
      }),
    );
    const shuffled = publications.flatMap((_, index) => [
      publications[(index * 17) % 40] as (typeof publications)[0],
    ]);
    await Promise.all(
      shuffled.flatMap((publication) => workers.map((worker) => worker.publishCart(publication))),
    );
    await other.end();
    expect(await versions('carts')).toEqual([40]);
    expect(await versions('cart_audit')).toEqual(numbers);
    expect((await everything()).requests).toHaveLength(40);
    expect(JSON.parse((await readCart(sql, ID))?.viewJson ?? '').totalQuantity).toBe(40);
  });

  test('of a cart that was born again replaces the former life, whose late words are ignored', async () => {
    const former = aState({ version: 90 });
    const reborn = aState({ cartId: 'cart-2', bornAt: former.bornAt + 1, version: 1 });
    await activities.publishCart(aPublication(former));
    await activities.publishCart(aPublication(reborn));
    await activities.publishCart(aPublication({ ...former, version: 91 }));
    expect(await readCart(sql, ID)).toMatchObject({ cartId: 'cart-2', version: 1, bornAt: reborn.bornAt });
  });

  test('leaves nothing when a part in the middle fails', async () => {
    const broken = aPublication(aState(), {
      audit: [anAuditEntry(), anAuditEntry({ version: 2, kind: '' as never })],
      requests: [aRequest()],
      finished: [aState({ cartId: 'cart-0', status: 'completed' })],
    });
    const log = { error: vi.fn<DatabaseLog['error']>() };
    await expect(createActivities({ sql, log }).publishCart(broken)).rejects.toMatchObject({
      type: 'DatabaseFault',
    });
    expect(await everything()).toEqual({ carts: [], finished: [], audit: [], requests: [] });
    expect(log.error).toHaveBeenCalledOnce();
  });

  test('takes characters that jsonb does not know, and leaves spelt-out escapes alone', async () => {
    const engraving = 'a\u0000b\ud800c \\u0000 \\ud800 🛒 é';
    const line = aLine({ options: { engraving } });
    const operation = { type: 'addItem', options: { engraving } };
    await activities.publishCart(
      aPublication(aState({ lines: [line] }), {
        audit: [anAuditEntry({ operation })],
        finished: [aState({ cartId: 'cart-0', status: 'completed', lines: [line] })],
      }),
    );
    const [row] = await sql<
      { text: string }[]
    >`SELECT operation #>> '{options,engraving}' AS text FROM cart_audit`;
    expect(row?.text).toBe('a\ufffdb\ufffdc \\u0000 \\ud800 🛒 é');
    expect(JSON.parse((await readCart(sql, ID))?.viewJson ?? '').lines[0].options.engraving).toBe(engraving);
  });

  test('of a hundred lines keeps their order', async () => {
    const lines = Array.from({ length: 100 }, (_, index) =>
      aLine({ id: `l${index + 1}`, sku: `T-${String(index + 1).padStart(3, '0')}`, revision: index }),
    );
    await activities.publishCart(aPublication(aState({ lines })));
    expect(await readLineSku(sql, ID, 'l73')).toBe('T-073');
    expect(await sql`SELECT line_revisions[74] AS revision FROM carts`).toMatchObject([{ revision: 73 }]);
  });
});

describe('a generation that ended', () => {
  test('is kept with its state and its view', async () => {
    const ended = aState({
      cartId: 'cart-0',
      status: 'completed',
      version: 7,
      lines: [aLine({ quantity: 2 })],
    });
    await activities.publishCart(aPublication(aState({ version: 8, generation: 2 }), { finished: [ended] }));
    const [row] = await sql`SELECT cart_id, status, version, total, state, view FROM finished_carts`;
    expect(row).toMatchObject({
      cart_id: 'cart-0',
      status: 'completed',
      version: 7,
      total: 3_998,
      state: ended,
    });
    expect(JSON.parse(row?.['view'])).toEqual(toCartView(ended, TEST_POLICY));
  });

  test.each(['expired', 'merged', 'completed'] as const)(
    'is kept when the cart itself is %s',
    async (status) => {
      await activities.publishCart(aPublication(aState({ status, version: 2 })));
      expect((await everything()).finished).toMatchObject([{ cart_id: 'cart-1', status }]);
      expect(await readCart(sql, ID)).toMatchObject({ status });
    },
  );
});

describe('what became of a request', () => {
  const refusal = { code: 'out_of_stock', detail: 'Only 1 left.' } as const;
  const refused = aRequest({ refusal, outcomes: [], requestId: 'first', version: 1 });
  const applied = aRequest({ requestId: 'second', version: 2, at: refused.at + 10 });
  const publishRequests = (...requests: (typeof refused)[]) =>
    activities.publishCart(aPublication(aState(), { requests }));

  test('is read by its key', async () => {
    await publishRequests(applied);
    expect(await readRequest(sql, ID, 'key')).toEqual({
      isLasting: false,
      workflowId: ID,
      keyHash: 'key',
      fingerprint: 'fingerprint',
      requestId: 'second',
      status: 'applied',
      version: 2,
      refusal: null,
      outcomes: [{ ok: true, lineId: 'l1' }],
      at: new Date(applied.at).toISOString(),
    });
    expect(await readRequest(sql, ID, 'other')).toBeUndefined();
  });

  test('is applied once it was applied, whatever comes later', async () => {
    await publishRequests(refused);
    expect(await readRequest(sql, ID, 'key')).toMatchObject({ status: 'refused', refusal });
    await publishRequests(applied);
    await publishRequests({ ...refused, at: applied.at + 10 });
    expect(await readRequest(sql, ID, 'key')).toMatchObject({ status: 'applied', refusal: null, version: 2 });
  });

  test('is the later refusal of two, in whatever order they arrive', async () => {
    const later = { ...refused, requestId: 'later', at: refused.at + 5 };
    await publishRequests(later);
    await publishRequests(refused);
    expect(await readRequest(sql, ID, 'key')).toMatchObject({ requestId: 'later' });
  });

  test('may stand twice in one publication', async () => {
    await publishRequests(applied, refused);
    expect(await readRequest(sql, ID, 'key')).toMatchObject({ status: 'applied' });
  });
});

describe('the trail', () => {
  beforeEach(() => activities.publishCart(aPublication(aState())));

  test.each([
    ['UPDATE', `UPDATE cart_audit SET actor = 'nobody'`],
    ['DELETE', 'DELETE FROM cart_audit'],
    ['TRUNCATE', 'TRUNCATE cart_audit'],
  ])('refuses %s', async (_, statement) => {
    await expect(sql.unsafe(statement)).rejects.toThrow(/append-only/);
    expect(await versions('cart_audit')).toEqual([1]);
  });

  test('lets retention delete, and no more than that', async () => {
    const asRetention = (statement: string) =>
      sql.begin(async (transaction) => {
        await transaction`SET LOCAL cartwright.retention = 'on'`;
        await transaction.unsafe(statement);
      });
    await expect(asRetention(`UPDATE cart_audit SET actor = 'nobody'`)).rejects.toThrow(/append-only/);
    await expect(asRetention('TRUNCATE cart_audit')).rejects.toThrow(/append-only/);
    await asRetention('DELETE FROM cart_audit');
    expect(await versions('cart_audit')).toEqual([]);
    await activities.publishCart(aPublication(aState({ version: 2 })));
    await expect(sql`DELETE FROM cart_audit`).rejects.toThrow(/append-only/);
  });
});

describe('channel cart', () => {
  test('tells of each version that moved the projection, and of nothing else', async () => {
    const heard: string[] = [];
    await sql.listen('cart', (payload) => heard.push(payload));
    await activities.publishCart(aPublication(aState({ version: 1 })));
    await activities.publishCart(aPublication(aState({ version: 3 })));
    await activities.publishCart(aPublication(aState({ version: 3 })));
    await activities.publishCart(aPublication(aState({ version: 2 })));
    await sql.notify('cart', 'end');
    await vi.waitFor(() => expect(heard).toContain('end'), { timeout: 5_000 });
    expect(heard).toEqual([`${ID} 1`, `${ID} 3`, 'end']);
  });
});
