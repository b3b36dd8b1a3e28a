/** Runs reconcile as the API and the schedule do, and breaks rows by hand. */
import { randomUUID } from 'node:crypto';
import type { ReconcileInput, ReconcileTally } from '../../contract/reconcile.ts';
import { RECONCILE } from '../../temporal.config.ts';
import type { CartUnderTest } from './cart-under-test.ts';
import { eventually } from './eventually.ts';
import type { TestTemporal } from './temporal.ts';

/** Asks all carts, unless told otherwise. */
export const startReconcile = (
  { client, taskQueue }: TestTemporal,
  { cycle = 1, ...more }: Partial<ReconcileInput> = {},
) =>
  client.workflow.start(RECONCILE.workflow, {
    workflowId: `${RECONCILE.onDemandId}:${randomUUID()}`,
    taskQueue,
    args: [{ trigger: 'operator', cycle, indexedAfterMs: 600_000, ...more } satisfies ReconcileInput],
  });

export async function reconcile(
  temporal: TestTemporal,
  input?: Partial<ReconcileInput>,
): Promise<ReconcileTally> {
  return (await (await startReconcile(temporal, input)).result()) as ReconcileTally;
}

/** Temporal's list of carts follows a start after a moment. */
export async function untilListed(temporal: TestTemporal, carts: readonly CartUnderTest[]): Promise<void> {
  const wanted = carts.map(({ workflowId }) => workflowId);
  await eventually(async () => {
    const listed = new Set<string>();
    const query = `TaskQueue = '${temporal.taskQueue}' AND ExecutionStatus = 'Running'`;
    for await (const { workflowId } of temporal.client.workflow.list({ query })) listed.add(workflowId);
    return wanted.every((id) => listed.has(id));
  });
}

/** The row without what each write changes. */
export async function rowOf(cart: CartUnderTest): Promise<Record<string, unknown> | undefined> {
  const row = await cart.row();
  if (!row) return undefined;
  const { published_at: _published, view, ...rest } = row;
  return { ...rest, view: JSON.parse(view as string) as unknown };
}

export async function cartOfTwoLines(
  temporal: TestTemporal,
  kind: 'guest' | 'customer' = 'guest',
): Promise<CartUnderTest> {
  const cart = temporal.cart({ kind });
  await cart.add('T-A', 1);
  await cart.add('T-B', 2);
  return cart;
}

/** The cart's row once more, under another workflow id. */
export async function copyRow(
  { sql }: TestTemporal,
  cart: CartUnderTest,
  workflowId: string,
  ownerHash: string,
): Promise<void> {
  const other = sql.json({ workflow_id: workflowId, owner_hash: ownerHash });
  await sql`
    INSERT INTO carts SELECT (jsonb_populate_record(row, ${other})).* FROM carts AS row
    WHERE workflow_id = ${cart.workflowId}`;
}
