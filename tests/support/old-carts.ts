/**
 * Carts of long ago, for tests of retention: made by the real rules at any time in the past, published by the real activity, with the trail
 * that a workflow would have written.
 */
import { randomUUID } from 'node:crypto';
import { createOrder } from '../../activities/create-order.ts';
import { publishCart } from '../../activities/publish-cart.ts';
import type { Ledger } from '../../cart/apply-request.ts';
import { applyRequests } from '../../cart/apply-requests.ts';
import { changeBetween } from '../../cart/change.ts';
import { expire } from '../../cart/deadlines.ts';
import { newCart, nextGeneration } from '../../cart/new-cart.ts';
import type { AuditEntry, RequestRecord } from '../../cart/publication.ts';
import type { CartState } from '../../cart/state.ts';
import { closeAsMerged, surrender } from '../../cart/surrender.ts';
import type { Sql } from '../../database/client.ts';
import { cartWorkflowId } from '../../temporal.config.ts';
import { anOrder, aPricedOrder } from './checkouts.ts';
import { simpleFacts } from './facts.ts';
import { TEST_POLICY } from './policy.ts';
import { hashOf, requestFor } from './requests.ts';

export const DAY = 86_400_000;

/** `open`: lives on. `ordered`: became an order, and its owner has a fresh cart. `lost`: its workflow is gone, and reconcile closed the row. */
export type Fate = 'open' | 'expired' | 'merged' | 'ordered' | 'lost';
export const FATES: readonly Fate[] = ['open', 'expired', 'merged', 'ordered', 'lost'];

export interface OldCart {
  /** The first one of its owner. */
  cartId: string;
  workflowId: string;
  ownerHash: string;
  fate: Fate;
  /** When it was changed last; epoch ms. */
  changedAt: number;
}

interface Told {
  audit: AuditEntry[];
  requests: RequestRecord[];
}

/** A cart with as many adds, a second apart. */
function shop(birth: Parameters<typeof newCart>[0], at: number, adds: number): { ledger: Ledger } & Told {
  let ledger: Ledger = { state: newCart(birth, at), remembered: [] };
  const told: Told = { audit: [], requests: [] };
  for (let index = 0; index < adds; index += 1) {
    const sku = `T-00${(index % 9) + 1}`;
    const add = { type: 'addItem' as const, sku, quantity: index + 1, facts: simpleFacts(sku) };
    const result = applyRequests(ledger, [requestFor(add)], at + index * 1_000, TEST_POLICY);
    ledger = result.ledger;
    for (const { audit, record } of result.applied) {
      told.audit.push(...audit);
      if (record) told.requests.push(record);
    }
  }
  return { ledger, ...told };
}

/** How it ended, and what goes on. */
function end(
  state: CartState,
  fate: Fate,
  at: number,
): { next: CartState; kind?: AuditEntry['kind']; finished: CartState[] } {
  if (fate === 'open' || fate === 'lost') return { next: state, finished: [] };
  if (fate === 'expired') return { next: expire(state, at), kind: 'expire', finished: [] };
  if (fate === 'ordered') {
    const { finished, next } = nextGeneration(state, randomUUID(), at);
    return { next, kind: 'complete', finished: [finished] };
  }
  const { frozen } = surrender(state, { ticket: 't', to: 'cart:u:else', sentAt: at });
  const merged = frozen && closeAsMerged(frozen, 'cart:u:else', at);
  if (!merged) throw new Error('this cart cannot be merged');
  return { next: merged, kind: 'merge', finished: [] };
}

/** A guest with `adds` adds, `ageMs` ago. An ordered one has its order. */
export async function oldCart(sql: Sql, fate: Fate, ageMs: number, adds = 3): Promise<OldCart> {
  const id = randomUUID();
  const workflowId = cartWorkflowId('guest', id);
  const birth = { cartId: randomUUID(), owner: 'guest' as const, ownerHash: hashOf(id), currency: 'EUR' };
  const { ledger, audit, requests } = shop(birth, Date.now() - ageMs, adds);
  const { state } = ledger;
  const changedAt = state.updatedAt + 1;
  const { next, kind, finished } = end(state, fate, changedAt);
  if (kind) {
    const { version } = finished[0] ?? next;
    const change = changeBetween(state, next);
    const { cartId } = state;
    audit.push({
      cartId,
      version,
      kind,
      operation: {},
      change,
      actor: 'system',
      requestId: 'run',
      at: changedAt,
    });
  }
  await publishCart(sql, { workflowId, state: next, finished, audit, requests, policy: TEST_POLICY });
  if (fate === 'lost') await sql`UPDATE carts SET status = 'expired' WHERE workflow_id = ${workflowId}`;
  await sql`UPDATE carts SET published_at = updated_at WHERE workflow_id = ${workflowId}`;
  if (fate === 'ordered')
    await createOrder(
      sql,
      anOrder(randomUUID(), aPricedOrder([{ sku: 'T-A', quantity: 1 }]), {
        cartId: birth.cartId,
        ownerHash: birth.ownerHash,
      }),
    );
  return { cartId: birth.cartId, workflowId, ownerHash: birth.ownerHash, fate, changedAt };
}
