/** The cheap half of reconcile: rows against Temporal's index, and the index against rows, a page at a time. Nothing loads a cart. */
import { activityInfo } from '@temporalio/activity';
import { isSuspect } from '../cart/compare-projection.ts';
import { type Share, scanOpenRows, withoutOpenRow } from '../database/cart-comparison.ts';
import { glanceAtCarts, listOpenCarts } from './ask-temporal.ts';
import type { Places } from './examine-cart.ts';

/** One page: how many were looked at, whom to ask, and where to go on; without a cursor this was the last one. */
export interface Page {
  count: number;
  /** Carts whose row and index disagree, and those whose turn it is. */
  workflowIds: string[];
  cursor?: string;
}

export interface ScanRows extends Share {
  /** Of the page before. */
  cursor?: string;
  indexedAfterMs: number;
}

const PAGE = 200;

/** Open rows in the order of their workflow ids. */
export async function scanRows(
  { sql, client }: Places,
  { cursor = '', cycle, turn, indexedAfterMs }: ScanRows,
): Promise<Page> {
  const rows = await scanOpenRows(sql, cursor, PAGE, { cycle, turn });
  const last = rows.at(-1);
  if (!last) return { count: 0, workflowIds: [] };
  const index = await glanceAtCarts(
    client,
    rows.map(({ workflowId }) => workflowId),
  );
  const asked = rows.filter(
    (row) =>
      row.isTurn || row.hasTwin || isSuspect(row, index.get(row.workflowId), Date.now(), indexedAfterMs),
  );
  const page = { count: rows.length, workflowIds: asked.map(({ workflowId }) => workflowId) };
  return rows.length < PAGE ? page : { ...page, cursor: last.workflowId };
}

/** Carts of this worker's task queue that run without an open row. */
export async function scanCarts({ sql, client }: Places, { cursor }: { cursor?: string }): Promise<Page> {
  const page = await listOpenCarts(client, activityInfo().taskQueue, PAGE, cursor);
  const workflowIds = await withoutOpenRow(sql, page.workflowIds);
  return {
    count: page.workflowIds.length,
    workflowIds,
    ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
  };
}
