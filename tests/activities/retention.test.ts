/** What retention deletes and what it never touches, on a real database: the rules one by one, then all at once on a random shop. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compareReplay, replayTrail, type TrailEntry } from '../../cart/replay-trail.ts';
import type { CartView } from '../../contract/cart-view.ts';
import { createDice } from '../chaos/random.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { DAY, FATES, oldCart, type OldCart } from '../support/old-carts.ts';
import { retain } from '../support/retention.ts';

let database: TestDatabase;
let sql: TestDatabase['sql'];
beforeAll(async () => {
  database = await createTestDatabase({ catalogue: 'test' });
  ({ sql } = database);
});
afterAll(() => database?.drop());

const ago = (days: number): Date => new Date(Date.now() - days * DAY);
const count = async (table: string, where = 'true'): Promise<number> =>
  (await sql.unsafe<{ n: number }[]>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`))[0]?.n ?? 0;
const entriesOf = (cart: OldCart) => count('cart_audit', `cart_id = '${cart.cartId}'`);
const rowOf = async ({ workflowId }: OldCart) =>
  (await sql`SELECT * FROM carts WHERE workflow_id = ${workflowId}`)[0];

describe('carts', () => {
  test('that ended go after 90 days, and their trail 400 days after their end', async () => {
    const carts = await Promise.all(
      (['expired', 'merged'] as const).flatMap((fate) =>
        [89, 91, 399, 401].map((days) => oldCart(sql, fate, days * DAY)),
      ),
    );
    await retain(sql);
    const finished = await Promise.all(
      carts.map(({ cartId }) => count('finished_carts', `cart_id = '${cartId}'`)),
    );
    const rows = await Promise.all(carts.map(rowOf));
    const entries = await Promise.all(carts.map(entriesOf));
    expect(finished).toEqual([1, 0, 0, 0, 1, 0, 0, 0]);
    expect(rows.map((row) => row !== undefined)).toEqual([
      true,
      false,
      false,
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(entries).toEqual([4, 4, 4, 0, 4, 4, 4, 0]);
  });

  test('that are open stay with their whole trail, however old', async () => {
    const cart = await oldCart(sql, 'open', 2_000 * DAY);
    const before = await rowOf(cart);
    await retain(sql);
    expect(await rowOf(cart)).toEqual(before);
    expect(await entriesOf(cart)).toBe(3);
  });

  test('that became an order leave their trail with it', async () => {
    const cart = await oldCart(sql, 'ordered', 2_000 * DAY);
    await retain(sql);
    expect(await entriesOf(cart)).toBe(4);
    expect(await count('orders', `cart_id = '${cart.cartId}'`)).toBe(1);
    expect(await count('finished_carts', `cart_id = '${cart.cartId}'`)).toBe(0);
  });

  test('whose workflow was lost keep the row that says so as long as the trail', async () => {
    const [young, old] = [await oldCart(sql, 'lost', 100 * DAY), await oldCart(sql, 'lost', 500 * DAY)];
    await retain(sql);
    expect([(await rowOf(young)) !== undefined, await entriesOf(young)]).toEqual([true, 3]);
    expect(await entriesOf(old)).toBe(0);
    await retain(sql);
    expect(await rowOf(old)).toBeUndefined();
  });

  test('that look ended and went on, because the end did not last, stay', async () => {
    const cart = await oldCart(sql, 'expired', 500 * DAY);
    await sql`UPDATE carts SET status = 'active' WHERE workflow_id = ${cart.workflowId}`;
    await retain(sql);
    expect(await rowOf(cart)).toBeDefined();
    expect(await entriesOf(cart)).toBe(4);
    expect(await count('finished_carts', `cart_id = '${cart.cartId}'`)).toBe(1);
  });
});

describe('what is old and not needed goes, what is young or needed stays:', () => {
  beforeEach(async () => {
    await sql`TRUNCATE outbox, contacts, order_contacts, payments, payment_events, reservations, reservation_lines, rate_limits`;
  });

  test('mails and events that were sent or cancelled; one that is still to be sent stays', async () => {
    const outcomes = [
      ['sent', 31, null],
      ['sent lately', 29, null],
      ['cancelled', null, 31],
      ['cancelled lately', null, 29],
      ['waiting', null, null],
    ] as const;
    for (const [key, sent, cancelled] of outcomes) {
      await sql`
        INSERT INTO outbox (purpose, key, payload, created_at, due_at, sent_at, cancelled_at)
        VALUES ('recovery', ${key}, '{}', ${ago(900)}, ${ago(900)}, ${sent && ago(sent)}, ${cancelled && ago(cancelled)})`;
    }
    expect(await retain(sql)).toMatchObject({ outbox: 2 });
    const left = await sql<{ key: string }[]>`SELECT key FROM outbox ORDER BY key`;
    expect(left.map(({ key }) => key)).toEqual(['cancelled lately', 'sent lately', 'waiting']);
  });

  test('addresses without an open cart, an order or a mail under way', async () => {
    const open = await oldCart(sql, 'open', 80 * DAY);
    const ordered = await oldCart(sql, 'ordered', 80 * DAY);
    const ended = await oldCart(sql, 'expired', 80 * DAY);
    const endedLately = await oldCart(sql, 'expired', 10 * DAY);
    const owners = [open, ordered, ended, endedLately].map(({ ownerHash }) => ownerHash);
    for (const [index, owner] of [...owners, 'expects a mail', 'gave it lately', 'nobody'].entries()) {
      const id = `contact-${index}`.padEnd(22, '-');
      const at = owner === 'gave it lately' ? ago(1) : ago(80);
      await sql`
        INSERT INTO contacts (owner_hash, contact_id, owner_kind, email, address_hash, updated_at)
        VALUES (${owner}, ${id}, 'guest', 'a@example.com', 'hash', ${at})`;
    }
    await sql`INSERT INTO outbox (purpose, key, payload, owner_hash) VALUES ('recovery', 'k', '{}', 'expects a mail')`;
    expect((await retain(sql, { limit: 1 })).contacts).toBe(2);
    const left = await sql<{ owner: string }[]>`SELECT owner_hash AS owner FROM contacts`;
    const kept = [open, ordered, endedLately].map(({ ownerHash }) => ownerHash);
    expect(left.map(({ owner }) => owner).sort()).toEqual(
      [...kept, 'expects a mail', 'gave it lately'].sort(),
    );
  });

  test('payments without money, and what was said about them; money that moved stays', async () => {
    const rows = [
      ['cancelled', 'cancelled', 500, 'payment.cancelled'],
      ['failed', 'failed', 500, 'payment.failed'],
      ['failed lately', 'failed', 300, 'payment.failed'],
      ['refunded', 'refunded', 500, 'payment.refunded'],
      ['cancelled, then captured', 'cancelled', 500, 'payment.captured'],
      ['waiting', 'created', 500, 'payment.created'],
    ] as const;
    for (const [checkout, status, days, type] of rows) {
      await sql`
        INSERT INTO payments (checkout_id, provider, payment_id, amount, currency, status, updated_at)
        VALUES (${checkout}, 'test', ${checkout}, 1, 'EUR', ${status}, ${ago(days)})`;
      await sql`
        INSERT INTO payment_events (provider, event_id, type, payment_id, checkout_id, amount, currency, at, received_at, outcome)
        VALUES ('test', ${checkout}, ${type}, ${checkout}, ${checkout}, 1, 'EUR', ${ago(days)}, ${ago(days)}, 'applied')`;
    }
    for (const type of ['payment.failed', 'payment.captured'])
      await sql`
        INSERT INTO payment_events (provider, event_id, type, checkout_id, amount, currency, at, received_at, outcome)
        VALUES ('test', ${`stray ${type}`}, ${type}, 'never heard of', 1, 'EUR', ${ago(500)}, ${ago(500)}, 'unknown')`;
    expect(await retain(sql)).toMatchObject({ payments: 2, payment_events: 3 });
    const left = await sql<{ id: string }[]>`SELECT checkout_id AS id FROM payments ORDER BY id`;
    expect(left.map(({ id }) => id)).toEqual([
      'cancelled, then captured',
      'failed lately',
      'refunded',
      'waiting',
    ]);
    expect(await count('payment_events', "outcome = 'unknown' AND type = 'payment.captured'")).toBe(1);
  });

  test('stock that was held for nothing; what is held or sold stays, and the sums agree', async () => {
    const rows = [
      ['released', 'released', 91],
      ['released lately', 'released', 89],
      ['held', 'held', 900],
      ['sold', 'committed', 900],
    ] as const;
    for (const [checkout, status, days] of rows) {
      const settled = status === 'held' ? null : ago(days);
      const reason = status === 'released' ? 'expired' : null;
      await sql`
        INSERT INTO reservations (checkout_id, cart_id, owner_hash, status, held_until, release_reason, reserved_at, settled_at)
        VALUES (${checkout}, 'cart', 'owner', ${status}, ${ago(days)}, ${reason}, ${ago(days)}, ${settled})`;
      await sql`INSERT INTO reservation_lines VALUES (${checkout}, 'T-A', 1)`;
    }
    expect(await retain(sql)).toMatchObject({ reservations: 1 });
    const left = await sql<{ id: string }[]>`SELECT checkout_id AS id FROM reservation_lines ORDER BY id`;
    expect(left.map(({ id }) => id)).toEqual(['held', 'released lately', 'sold']);
  });

  test('what was shown of checkouts 90 days ago', async () => {
    for (const days of [89, 91]) {
      await sql`
        INSERT INTO checkouts (checkout_id, status, stage, view, updated_at)
        VALUES (${`shown ${days}`}, 'completed', 3, '{}', ${ago(days)})`;
    }
    expect(await retain(sql)).toMatchObject({ checkouts: 1 });
    expect(await count('checkouts', "checkout_id = 'shown 89'")).toBe(1);
  });

  test('idempotency keys of two days ago, counters of an hour ago, runs of 90 days ago', async () => {
    const [young, old] = [await oldCart(sql, 'open', 1.9 * DAY), await oldCart(sql, 'open', 2.1 * DAY)];
    for (const [key, expire] of [
      ['old', Date.now() - 2 * 3_600_000],
      ['young', Date.now()],
    ] as const)
      await sql`INSERT INTO rate_limits (key, points, expire) VALUES (${key}, 1, ${expire})`;
    for (const [runId, days] of [
      ['old', 91],
      ['young', 89],
    ] as const)
      await sql`
        INSERT INTO reconcile_runs (workflow_id, run_id, trigger, cycle, turn, status, started_at, finished_at)
        VALUES ('reconcile', ${runId}, 'schedule', 1, 0, 'finished', ${ago(days)}, ${ago(days)})`;
    for (const [key, days] of [
      ['old', 2.1],
      ['young', 1.9],
    ] as const)
      await sql`INSERT INTO contact_requests (owner_hash, key_hash, fingerprint, at) VALUES ('o', ${key}, 'f', ${ago(days)})`;
    expect(await retain(sql)).toMatchObject({ rate_limits: 1, reconcile_runs: 1, contact_requests: 1 });
    expect(await count('cart_requests', `workflow_id = '${old.workflowId}'`)).toBe(0);
    expect(await count('cart_requests', `workflow_id = '${young.workflowId}'`)).toBe(3);
  });
});

test('the book has exactly what is gone, by table', async () => {
  await retain(sql);
  await Promise.all(Array.from({ length: 5 }, () => oldCart(sql, 'expired', 600 * DAY)));
  expect(await retain(sql)).toEqual({ cart_requests: 15, finished_carts: 5, carts: 5, cart_audit: 20 });
  const [run] = await sql`SELECT deleted FROM retention_runs ORDER BY number DESC LIMIT 1`;
  expect(run?.deleted).toEqual({ cart_requests: 15, finished_carts: 5, carts: 5, cart_audit: 20 });
});

test('two runs at once delete each row once', async () => {
  await retain(sql);
  await Promise.all(Array.from({ length: 30 }, () => oldCart(sql, 'expired', 600 * DAY)));
  const [one, other] = await Promise.all([retain(sql), retain(sql)]);
  for (const table of ['finished_carts', 'carts', 'cart_audit'] as const)
    expect((one[table] ?? 0) + (other[table] ?? 0), table).toBe(table === 'cart_audit' ? 120 : 30);
});

describe('a random shop', () => {
  const seeds = [1, 2, 3];

  /** The cart from its trail alone, and the cart that shoppers read, do not differ. */
  async function expectReplayable({ cartId }: OldCart): Promise<void> {
    const entries = await sql<TrailEntry[]>`
      SELECT version, kind, change FROM cart_trail WHERE cart_id = ${cartId} ORDER BY version`;
    const [row] = await sql<{ view: string }[]>`SELECT view FROM carts WHERE cart_id = ${cartId}`;
    const replay = replayTrail(entries);
    if (!replay.ok) throw new Error(replay.fault);
    expect(compareReplay(replay.cart, JSON.parse(row?.view ?? '{}') as CartView)).toEqual([]);
  }

  test.each(seeds)(
    'keeps every open cart with its trail, every order, every promised mail (seed %i)',
    async (seed) => {
      const dice = createDice(seed);
      const carts: OldCart[] = [];
      for (let index = 0; index < 60; index += 1)
        carts.push(await oldCart(sql, dice.pick(FATES), dice.whole(0, 900) * DAY + 7_777, dice.whole(1, 6)));
      for (const { cartId, ownerHash } of carts) {
        const done = dice.chance(0.5) ? ago(dice.whole(0, 60)) : null;
        await sql`
        INSERT INTO outbox (purpose, key, payload, owner_hash, cart_id, created_at, due_at, sent_at)
        VALUES ('recovery', ${cartId}, '{}', ${ownerHash}, ${cartId}, ${ago(90)}, ${ago(90)}, ${done})`;
      }
      const snapshot = async () => ({
        open: await sql`SELECT * FROM carts WHERE status IN ('active', 'checkout') ORDER BY workflow_id`,
        orders: await sql`SELECT * FROM orders ORDER BY order_id`,
        orderTrail: await sql`SELECT * FROM order_audit ORDER BY order_id`,
        waiting:
          await sql`SELECT * FROM outbox WHERE sent_at IS NULL AND cancelled_at IS NULL ORDER BY outbox_id`,
        kept: await sql`
        SELECT * FROM cart_audit WHERE cart_id IN (SELECT cart_id FROM orders)
          OR cart_id IN (SELECT cart_id FROM carts WHERE status IN ('active', 'checkout')) ORDER BY cart_id, version`,
      });
      const before = await snapshot();
      await retain(sql, { limit: dice.whole(1, 20) });
      expect(await snapshot()).toEqual(before);
      for (const cart of carts) {
        const days = (Date.now() - cart.changedAt) / DAY;
        const isOver = cart.fate === 'expired' || cart.fate === 'merged';
        if (cart.fate === 'open') await expectReplayable(cart);
        if (isOver) expect((await rowOf(cart)) === undefined, `${cart.fate} ${days}`).toBe(days > 90);
        if (isOver) expect((await entriesOf(cart)) === 0, `${cart.fate} ${days}`).toBe(days > 400);
      }
      expect(await count('outbox', "sent_at < now() - interval '30 days'")).toBe(0);
    },
  );
});
