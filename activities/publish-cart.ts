/** Publishes a cart: turns what the workflow hands over into rows, and writes them all or none. */
import { abandonedSince } from '../cart/abandonment.ts';
import type { AuditEntry, Publication, RequestRecord } from '../cart/publication.ts';
import type { CartState } from '../cart/state.ts';
import { toCartView } from '../cart/view.ts';
import type { AuditRow, CartRow, FinishedCartRow, RequestRow } from '../database/cart-rows.ts';
import { publish } from '../database/cart-projection.ts';
import type { Sql } from '../database/client.ts';
import type { RecoveryMetrics } from './promise-recovery-mail.ts';

const instant = (at: number): string => new Date(at).toISOString();

type Policy = Publication['policy'];

/** The row of the read model that shows this state. */
export function cartRow(workflowId: string, state: CartState, policy: Policy): CartRow {
  const view = toCartView(state, policy);
  const abandonedAt = abandonedSince(state);
  return {
    ...generationColumns(workflowId, state),
    lines: state.lines,
    isLocked: state.lock !== undefined,
    total: view.total,
    itemsCount: view.itemsCount,
    totalQuantity: view.totalQuantity,
    updatedAt: instant(state.updatedAt),
    expiresAt: view.expiresAt,
    abandonedAt: abandonedAt === undefined ? null : instant(abandonedAt),
    view: JSON.stringify(view),
  };
}

function finishedRow(workflowId: string, state: CartState, policy: Policy): FinishedCartRow {
  const view = toCartView(state, policy);
  return {
    ...generationColumns(workflowId, state),
    total: view.total,
    finishedAt: instant(state.updatedAt),
    view: JSON.stringify(view),
    state,
  };
}

const generationColumns = (workflowId: string, state: CartState) => ({
  workflowId,
  cartId: state.cartId,
  bornAt: instant(state.bornAt),
  generation: state.generation,
  version: state.version,
  status: state.status,
  ownerKind: state.owner,
  ownerHash: state.ownerHash,
  currency: state.currency,
  createdAt: instant(state.createdAt),
});

const auditRow = (workflowId: string, { key, at, change, ...entry }: AuditEntry): AuditRow => ({
  ...entry,
  change: change ?? null,
  workflowId,
  keyHash: key ?? null,
  at: instant(at),
});

const requestRow = (workflowId: string, { key, at, refusal, ...record }: RequestRecord): RequestRow => ({
  ...record,
  workflowId,
  keyHash: key,
  status: refusal ? 'refused' : 'applied',
  refusal: refusal ?? null,
  at: instant(at),
});

const isOver = ({ status }: CartState): boolean => status !== 'active' && status !== 'checkout';

/** Idempotent. A cart that has ended is also kept as a finished one, whether or not the workflow lists it as such. */
export async function publishCart(
  sql: Sql,
  publication: Publication,
  metrics?: Pick<RecoveryMetrics, 'recordRecovered'>,
): Promise<void> {
  const hasMoved = await republishCart(sql, publication);
  if (!hasMoved) return;
  for (const { change } of publication.audit) {
    if (change?.recovered) metrics?.recordRecovered(change.recovered.link ? 'link' : 'change');
  }
}

/** The same; returns whether the row was written, which it is not when the same or a newer one is there that was not `observed`. */
export async function republishCart(sql: Sql, publication: Publication): Promise<boolean> {
  const { workflowId, state, policy } = publication;
  const finished = isOver(state) ? [...publication.finished, state] : publication.finished;
  return await publish(sql, {
    cart: cartRow(workflowId, state, policy),
    finished: finished.map((generation) => finishedRow(workflowId, generation, policy)),
    audit: publication.audit.map((entry) => auditRow(workflowId, entry)),
    requests: publication.requests.map((record) => requestRow(workflowId, record)),
    observed: publication.observed ?? null,
  });
}
