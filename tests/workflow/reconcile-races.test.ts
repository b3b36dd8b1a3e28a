/** Reconcile beside shoppers, beside itself, and beside a database or a worker that goes away: no false alarm, nothing undone, nothing counted twice. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { republishCart } from '../../activities/publish-cart.ts';
import type { ReconcileTally } from '../../contract/reconcile.ts';
import { readWholeRow } from '../../database/cart-comparison.ts';
import { readRuns } from '../../database/reconcile-runs.ts';
import { inspectQuery } from '../../workflows/messages.ts';
import type { CartUnderTest } from '../support/cart-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { aPublication } from '../support/publication.ts';
import { copyRow, reconcile, rowOf, startReconcile, untilListed } from '../support/reconcile.ts';
import { createTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await createTestTemporal({ policy: { continueAsNewAfterEvents: 60 } });
});
afterEach(() => temporal.databaseGate.open());
afterAll(() => temporal?.close());

const someCarts = async (count: number): Promise<CartUnderTest[]> => {
  const carts = Array.from({ length: count }, () => temporal.cart());
  await Promise.all(carts.map((cart) => cart.add('T-A', 1)));
  return carts;
};

/**
 * Keeps adding to the carts while `act` runs. Returns the carts whose workflow task was lost to a busy machine: such a task has published
 * what never was, which is for reconcile to find.
 */
async function beside(
  carts: readonly (CartUnderTest | (() => CartUnderTest))[],
  act: () => Promise<void>,
): Promise<Set<string>> {
  const disturbed = new Set<string>();
  let isOver = false;
  const add = async (cart: CartUnderTest) => {
    await cart.add('T-A', 1).catch((error: unknown) => {
      if (!String(error).includes('unexpected workflow task failure')) throw error;
      disturbed.add(cart.workflowId);
    });
  };
  const adding = Promise.all(
    carts.map(async (cart) => {
      while (!isOver) await add(typeof cart === 'function' ? cart() : cart);
    }),
  );
  try {
    await Promise.race([act(), adding]);
  } finally {
    isOver = true;
    await adding;
  }
  return disturbed;
}

const foundIn = (tallies: readonly ReconcileTally[]): string[] =>
  tallies.flatMap(({ samples }) => samples.map(({ workflowId }) => workflowId));

test('while carts change and new ones are born, reconciles find nothing and undo nothing', async () => {
  const carts = await someCarts(5);
  const tallies: ReconcileTally[] = [];
  const born: CartUnderTest[] = [];
  const disturbed = await beside(
    [...carts, () => born[born.push(temporal.cart()) - 1] as CartUnderTest],
    async () => {
      for (let round = 0; round < 2; round += 1) {
        tallies.push(...(await Promise.all([1, 1, 2].map((cycle) => reconcile(temporal, { cycle })))));
      }
    },
  );
  expect(foundIn(tallies).filter((id) => !disturbed.has(id))).toEqual([]);
  expect(tallies.some(({ asked }) => asked > 6)).toBe(true);
  await reconcile(temporal);
  for (const cart of carts) expect(await cart.publishedView()).toEqual(await cart.view());
});

test('rows broken while carts change are repaired once, by whichever of two reconciles comes first', async () => {
  const [busy, quiet] = [await someCarts(2), await someCarts(4)];
  const before = await Promise.all(quiet.map(rowOf));
  const ids = quiet.map(({ workflowId }) => workflowId);
  await temporal.sql`UPDATE carts SET total = 1 WHERE workflow_id = ANY(${ids})`;
  const tallies: ReconcileTally[] = [];
  await beside(busy, async () => {
    tallies.push(...(await Promise.all([reconcile(temporal), reconcile(temporal)])));
  });
  expect(
    foundIn(tallies)
      .filter((id) => ids.includes(id))
      .sort(),
  ).toEqual([...ids].sort());
  expect(tallies.map(({ unrepaired }) => unrepaired)).toEqual([0, 0]);
  expect(await Promise.all(quiet.map(rowOf))).toEqual(before);
});

test('a row that no publication would replace is freed while its cart changes', async () => {
  const [cart] = (await someCarts(1)) as [CartUnderTest];
  await temporal.sql`
    UPDATE carts SET born_at = born_at + interval '1 year' WHERE workflow_id = ${cart.workflowId}`;
  await beside([cart], async () => {
    await eventually(async () => expect((await reconcile(temporal)).repaired).toBe(1), { within: 40_000 });
  });
  const { totalQuantity } = await cart.view();
  expect((await cart.publishedView())?.totalQuantity).toBe(totalQuantity);
});

test('a repair that comes too late changes nothing: the row is another one by then', async () => {
  const [cart] = (await someCarts(1)) as [CartUnderTest];
  const { state, policy } = await cart.handle.query(inspectQuery);
  const seen = await readWholeRow(temporal.sql, cart.workflowId);
  await cart.add('T-B', 1);
  const late = aPublication(state, { workflowId: cart.workflowId, policy, audit: [] });
  expect(await republishCart(temporal.sql, { ...late, observed: seen?.observed ?? '' })).toBe(false);
  expect((await cart.publishedView())?.version).toBe(2);
});

test('while the database is away nothing is a mismatch; the run waits and finishes', async () => {
  const [cart] = (await someCarts(1)) as [CartUnderTest];
  await untilListed(temporal, [cart]);
  const operation = await cart.addOf('T-B', 1);
  temporal.databaseGate.shut();
  expect(await cart.do(operation)).toMatchObject({ version: 2 });
  const handle = await startReconcile(temporal);
  await eventually(async () => {
    const { raw } = await handle.describe();
    expect(raw.pendingActivities?.[0]?.lastFailure?.message).toBe('The database is out of reach');
  });
  temporal.databaseGate.open();
  expect(await handle.result()).toMatchObject({ mismatches: {} });
  await eventually(async () => expect((await cart.row())?.version).toBe(2), { within: 20_000 });
});

test('a worker that stops in the middle hands the run on; each mismatch is counted once', async () => {
  const carts = await someCarts(5);
  const ids = carts.map(({ workflowId }) => workflowId);
  await temporal.sql`UPDATE carts SET total = 1 WHERE workflow_id = ANY(${ids})`;
  const handle = await startReconcile(temporal);
  await eventually(async () => {
    const { raw } = await handle.describe();
    expect(raw.pendingActivities?.[0]?.activityType?.name).toBe('examineCarts');
  });
  await temporal.stopWorker();
  await temporal.startWorker();
  // A change that a busy machine lost in an earlier test may be found here, too.
  const own = foundIn([await handle.result()]).filter((id) => ids.includes(id));
  expect(own.sort()).toEqual([...ids].sort());
});

test('a cart that nobody can ask is counted, and keeps nobody from being compared', async () => {
  const [cart, broken] = (await someCarts(2)) as [CartUnderTest, CartUnderTest];
  await untilListed(temporal, [cart, broken]);
  const silent = temporal.cart();
  const start = { workflowId: silent.workflowId, taskQueue: `${temporal.taskQueue}-nobody`, args: [] };
  await temporal.client.workflow.start('cartWorkflow', start);
  await copyRow(temporal, cart, silent.workflowId, 'silent');
  await temporal.sql`UPDATE carts SET total = 1 WHERE workflow_id = ${broken.workflowId}`;
  const tally = await reconcile(temporal);
  expect(tally.unanswered).toBe(1);
  expect(foundIn([tally]).filter((id) => id === broken.workflowId)).toHaveLength(1);
  expect(Number((await broken.row())?.total)).toBe(1_999);
  await silent.handle.terminate();
  await reconcile(temporal);
});

test('a run that is cancelled says so in the book', async () => {
  temporal.databaseGate.open();
  const carts = await someCarts(3);
  const ids = carts.map(({ workflowId }) => workflowId);
  await temporal.sql`UPDATE carts SET total = 1 WHERE workflow_id = ANY(${ids})`;
  const handle = await startReconcile(temporal);
  await eventually(async () => expect((await readRuns(temporal.sql, 1))[0]?.status).toBe('running'));
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow();
  await eventually(async () => expect((await readRuns(temporal.sql, 1))[0]?.status).toBe('cancelled'));
  await reconcile(temporal);
});
