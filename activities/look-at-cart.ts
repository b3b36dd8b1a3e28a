/** One look at a cart from both sides: its row, then itself. In this order, so that a row is never newer than what it is compared with. */
import type { Client } from '@temporalio/client';
import {
  type CartFacts,
  isAhead,
  isOpen,
  judgeRow,
  type ProjectedCart,
  type Verdict,
} from '../cart/compare-projection.ts';
import type { Publication } from '../cart/publication.ts';
import type { CartState } from '../cart/state.ts';
import {
  readFinishedState,
  readWholeRow,
  type ObservedRow,
  type WholeRow,
} from '../database/cart-comparison.ts';
import type { CartRow } from '../database/cart-rows.ts';
import type { Sql } from '../database/client.ts';
import { askCart, type CartStatement, readLife } from './ask-temporal.ts';
import { cartRow } from './publish-cart.ts';

export interface Look {
  verdict: Verdict;
  found: ObservedRow | undefined;
  /** The row shows a change that the cart does not know: one whose workflow task was lost, or is being done again. */
  isAhead: boolean;
  /** What the row should be; undefined where nobody knows any more. */
  publication: Publication | undefined;
}

/** For states that are over: nothing expires any more. */
const NO_POLICY: Publication['policy'] = {
  expiryEmptyMs: 0,
  expiryGuestMs: 0,
  expiryCustomerMs: 0,
  publishWaitMs: 0,
};

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const projectedRow = (row: WholeRow): ProjectedCart => ({ ...row, view: json(row.view) });

function projected({ workflowId: _id, lines, ...row }: CartRow): ProjectedCart {
  return {
    ...row,
    lineIds: lines.map(({ id }) => id),
    lineSkus: lines.map(({ sku }) => sku),
    lineRevisions: lines.map(({ revision }) => revision),
    bornAt: Date.parse(row.bornAt),
    createdAt: Date.parse(row.createdAt),
    updatedAt: Date.parse(row.updatedAt),
    expiresAt: row.expiresAt === null ? null : Date.parse(row.expiresAt),
    abandonedAt: row.abandonedAt === null ? null : Date.parse(row.abandonedAt),
    view: JSON.parse(row.view),
  };
}

const publicationOf = (workflowId: string, { state, policy }: Omit<CartStatement, 'isPublishing'>) => ({
  workflowId,
  state,
  policy,
  finished: [],
  audit: [],
  requests: [],
});

/** How a cart that does not run any more has ended: by its own last words, or by the book of finished generations. */
async function readEnd(sql: Sql, client: Client, found: ObservedRow, workflowId: string, isAsked: boolean) {
  const finished = (await readFinishedState(sql, found.row.cartId)) as CartState | undefined;
  if (finished) return publicationOf(workflowId, { state: finished, policy: NO_POLICY });
  if (!isAsked) return undefined;
  const { state, policy } = await askCart(client, workflowId);
  return isOpen(state.status) ? undefined : publicationOf(workflowId, { state, policy });
}

/** Rejects where the cart, or the database, does not answer. */
export async function lookAtCart(sql: Sql, client: Client, workflowId: string): Promise<Look> {
  const found = await readWholeRow(sql, workflowId);
  const row = found && projectedRow(found.row);
  const hasTwin = (found?.twins.length ?? 0) > 0;
  const life = await readLife(client, workflowId);
  if (life !== 'running') {
    const verdict = judgeRow(row, { life: 'over' }, hasTwin);
    const isOrphan = found !== undefined && verdict.kind !== 'sound';
    const publication = isOrphan
      ? await readEnd(sql, client, found, workflowId, life === 'ended')
      : undefined;
    return { verdict, found, isAhead: false, publication };
  }
  const statement = await askCart(client, workflowId);
  const publication = publicationOf(workflowId, statement);
  const truth = projected(cartRow(workflowId, statement.state, statement.policy));
  const facts: CartFacts = { life: 'open', projected: truth, isPublishing: statement.isPublishing };
  const verdict = judgeRow(row, facts, hasTwin);
  return { verdict, found, isAhead: isAhead(row, truth), publication };
}
