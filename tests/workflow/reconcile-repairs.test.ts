/** Rows of the read model that were broken by hand, in every way, are found and repaired. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishCart } from '../../activities/publish-cart.ts';
import type { CartState } from '../../cart/state.ts';
import { inspectQuery } from '../../workflows/messages.ts';
import type { CartUnderTest } from '../support/cart-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { TEST_POLICY } from '../support/policy.ts';
import { anAuditEntry, aPublication } from '../support/publication.ts';
import { cartOfTwoLines, copyRow, reconcile, rowOf, untilListed } from '../support/reconcile.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal();
});
afterAll(() => temporal?.close());

const aCart = (kind?: 'customer') => cartOfTwoLines(temporal, kind);

/** The newest publication a lost workflow task could have left behind: a version that the cart never had. */
async function publishGhost(cart: CartUnderTest): Promise<void> {
  const { state } = await cart.handle.query(inspectQuery);
  const [line] = state.lines;
  const ghost: CartState = {
    ...state,
    version: state.version + 1,
    updatedAt: state.updatedAt + 5,
    lines: line ? [{ ...line, quantity: 77 }] : [],
  };
  const audit = [anAuditEntry({ cartId: ghost.cartId, version: ghost.version, at: ghost.updatedAt })];
  await publishCart(
    temporal.sql,
    aPublication(ghost, { workflowId: cart.workflowId, audit, policy: TEST_POLICY }),
  );
}

describe('a row broken by hand', () => {
  type Break = (cart: CartUnderTest) => Promise<unknown>;
  const set =
    (change: (id: string) => Promise<unknown>): Break =>
    (cart) =>
      change(cart.workflowId);
  const cases: [string, string, Break][] = [
    ['that was deleted', 'missing', set((id) => temporal.sql`DELETE FROM carts WHERE workflow_id = ${id}`)],
    [
      'with a wrong total',
      'divergent',
      set((id) => temporal.sql`UPDATE carts SET total = total + 1 WHERE workflow_id = ${id}`),
    ],
    [
      'whose view lies at the same version',
      'divergent',
      set(
        (id) =>
          temporal.sql`UPDATE carts SET view = replace(view, '"quantity":2', '"quantity":9') WHERE workflow_id = ${id}`,
      ),
    ],
    [
      'with lines of its own',
      'divergent',
      set((id) => temporal.sql`UPDATE carts SET line_skus[1] = 'T-C' WHERE workflow_id = ${id}`),
    ],
    [
      'whose view is no JSON',
      'divergent',
      set((id) => temporal.sql`UPDATE carts SET view = 'nonsense' WHERE workflow_id = ${id}`),
    ],
    [
      "with somebody else's owner",
      'divergent',
      set((id) => temporal.sql`UPDATE carts SET owner_hash = 'nobody' WHERE workflow_id = ${id}`),
    ],
    ['ahead of its cart, by a lost workflow task', 'divergent', publishGhost],
    [
      'from the far future, which no publication would replace',
      'divergent',
      set(
        (id) =>
          temporal.sql`UPDATE carts SET born_at = born_at + interval '1 year', version = 999 WHERE workflow_id = ${id}`,
      ),
    ],
    [
      'closed, though its cart lives',
      'divergent',
      set((id) => temporal.sql`UPDATE carts SET status = 'expired' WHERE workflow_id = ${id}`),
    ],
    [
      'of an earlier version',
      'stale',
      set(
        (id) =>
          temporal.sql`UPDATE carts SET version = 1, updated_at = updated_at - interval '1 minute' WHERE workflow_id = ${id}`,
      ),
    ],
    [
      'in the form of an earlier release',
      'outdated',
      set(
        (id) =>
          temporal.sql`UPDATE carts SET view = (view::jsonb - 'requirements')::text WHERE workflow_id = ${id}`,
      ),
    ],
  ];

  test.each(cases)('%s is found as %s and repaired', async (_what, kind, breakIt) => {
    const cart = await aCart();
    const before = await rowOf(cart);
    await untilListed(temporal, [cart]);
    await breakIt(cart);
    expect(await rowOf(cart).catch(() => 'unreadable')).not.toEqual(before);
    const tally = await reconcile(temporal);
    expect(tally).toMatchObject({ mismatches: { [kind]: 1 }, repaired: 1, unrepaired: 0 });
    expect(tally.samples).toMatchObject([{ workflowId: cart.workflowId, kind, isRepaired: true }]);
    expect(await rowOf(cart)).toEqual(before);
    expect((await reconcile(temporal)).mismatches).toEqual({});
    expect(await cart.add('T-C', 1)).toMatchObject({ version: 3 });
    expect((await cart.publishedView())?.version).toBe(3);
  });

  test('that a database lost, with the last entries of the trail, comes back with them', async () => {
    const cart = await aCart();
    const trail = await cart.audit();
    await untilListed(temporal, [cart]);
    await temporal.sql.begin(async (sql) => {
      await sql`SET LOCAL cartwright.retention = 'on'`;
      await sql`DELETE FROM cart_audit WHERE workflow_id = ${cart.workflowId} AND version = 2`;
      await sql`DELETE FROM carts WHERE workflow_id = ${cart.workflowId}`;
    });
    expect(await reconcile(temporal)).toMatchObject({ mismatches: { missing: 1 }, repaired: 1 });
    await eventually(async () => expect(await cart.audit()).toEqual(trail));
  });

  test('open beside a cart that has expired gets its true end back', async () => {
    const cart = temporal.cart({ policy: { expiryGuestMs: 300 } });
    await cart.add('T-A', 1);
    await eventually(async () => expect((await cart.row())?.status).toBe('expired'));
    await eventually(async () => expect((await cart.handle.describe()).status.name).toBe('COMPLETED'));
    const before = await rowOf(cart);
    for (const forget of [false, true]) {
      await temporal.sql`UPDATE carts SET status = 'active' WHERE workflow_id = ${cart.workflowId}`;
      if (forget) await temporal.sql`DELETE FROM finished_carts WHERE workflow_id = ${cart.workflowId}`;
      expect(await reconcile(temporal)).toMatchObject({ mismatches: { orphaned: 1 }, repaired: 1 });
      expect(await rowOf(cart)).toEqual(before);
      expect(await cart.finished()).toHaveLength(1);
    }
  });

  test('open beside a cart that was terminated, or that nobody knows, is closed', async () => {
    const cart = await aCart();
    await cart.handle.terminate('by an operator');
    const stranger = 'cart:g:nobody-knows';
    await copyRow(temporal, cart, stranger, 'owner-of-nothing');
    expect(await reconcile(temporal)).toMatchObject({ mismatches: { orphaned: 2 }, repaired: 2 });
    const rows = await temporal.sql<{ status: string; view: string }[]>`
      SELECT status, view FROM carts WHERE workflow_id IN (${cart.workflowId}, ${stranger})`;
    expect(rows.map(({ status }) => status)).toEqual(['expired', 'expired']);
    for (const { view } of rows) expect(JSON.parse(view)).toMatchObject({ status: 'expired', version: 2 });
    expect((await reconcile(temporal)).mismatches).toEqual({});
  });

  test('that doubles an owner is closed, and the cart that lives is kept', async () => {
    const cart = await aCart('customer');
    const before = await rowOf(cart);
    await copyRow(temporal, cart, 'cart:u:double', cart.ownerHash);
    expect(await reconcile(temporal)).toMatchObject({ mismatches: { duplicate: 1 }, repaired: 1 });
    const open = await temporal.sql<{ id: string }[]>`
      SELECT workflow_id AS id FROM carts WHERE owner_hash = ${cart.ownerHash} AND status = 'active'`;
    expect(open).toEqual([{ id: cart.workflowId }]);
    expect(await rowOf(cart)).toEqual(before);
  });

  test('with the owner of another cart is given its own back', async () => {
    const [cart, other] = [await aCart(), await aCart()];
    const before = [await rowOf(cart), await rowOf(other)];
    await temporal.sql`UPDATE carts SET owner_hash = ${other.ownerHash} WHERE workflow_id = ${cart.workflowId}`;
    expect(await reconcile(temporal)).toMatchObject({ mismatches: { duplicate: 1 }, repaired: 1 });
    expect([await rowOf(cart), await rowOf(other)]).toEqual(before);
  });
});

test('two living carts of one owner are reported and left to people', async () => {
  const cart = await aCart();
  const twin = temporal.cart();
  const { policy } = await cart.handle.query(inspectQuery);
  const input = { schema: 1, policy, owner: 'guest', ownerHash: cart.ownerHash, currency: 'EUR' };
  const { taskQueue } = temporal;
  await temporal.client.workflow.start('cartWorkflow', {
    workflowId: twin.workflowId,
    taskQueue,
    args: [input],
  });
  await twin.add('T-A', 1);
  expect(await reconcile(temporal)).toMatchObject({
    mismatches: { duplicate: 2 },
    repaired: 0,
    unrepaired: 2,
  });
  await twin.handle.terminate();
  expect(await reconcile(temporal)).toMatchObject({ mismatches: { duplicate: 1 }, repaired: 1 });
});

test('more orphans than a run may close are left for the next ones: a lost Temporal closes no shop', async () => {
  const cart = await aCart();
  await temporal.sql`
    INSERT INTO carts SELECT (jsonb_populate_record(row, jsonb_build_object(
      'workflow_id', 'cart:g:many-' || n, 'owner_hash', 'many-' || n))).*
    FROM carts AS row, generate_series(1, 130) AS n WHERE workflow_id = ${cart.workflowId}`;
  expect(await reconcile(temporal, { cycle: 1_000 })).toMatchObject({
    mismatches: { orphaned: 130 },
    repaired: 100,
    unrepaired: 30,
  });
  expect(await reconcile(temporal, { cycle: 1_000 })).toMatchObject({
    mismatches: { orphaned: 30 },
    repaired: 30,
  });
});
