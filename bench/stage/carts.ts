/** Carts and counters to put load on, and the requests that do so. */
import { cartWorkflowId } from '../../temporal.config.ts';
import type { RequestSpec } from '../load/job.ts';
import type { Stage } from './stage.ts';

export interface Cart {
  token: string;
  workflowId: string;
}

const MAX_BATCH = 50;

/** `T-001` for 1. */
export const sku = (number: number): string => `T-${String(number).padStart(3, '0')}`;

/** New guests' carts, each with so many lines, one unit of each. */
export async function makeCarts(stage: Stage, count: number, lines = 1): Promise<Cart[]> {
  const [origin = ''] = stage.crew.origins();
  const tokens: string[] = [];
  for (let tries = 0; tokens.length < count && tries < 3; tries += 1) {
    tokens.push(...(await makeTokens(stage, origin, count - tokens.length)));
  }
  if (tokens.length < count) throw new Error(`Only ${tokens.length} of ${count} carts could be made.`);
  const carts = tokens.map((token) => ({
    token,
    workflowId: cartWorkflowId('guest', token.split('.')[2] ?? ''),
  }));
  for (let first = 2; first <= lines; first += MAX_BATCH) {
    const numbers = Array.from(
      { length: Math.min(MAX_BATCH, lines - first + 1) },
      (_, index) => first + index,
    );
    const requests = carts.map((cart) => batchAdd(origin, cart, numbers));
    const filled = await stage.http({ requests, loop: { clients: Math.min(count, 5), count } });
    if (filled.ok !== count) throw new Error(`Carts were not filled: ${JSON.stringify(filled.errors)}`);
  }
  return carts;
}

/** A busy machine may fail a few: what is missing is for the caller to see. */
async function makeTokens(stage: Stage, origin: string, count: number): Promise<string[]> {
  const { captured } = await stage.http({
    requests: Array.from({ length: count }, () => firstAdd(origin)),
    loop: { clients: Math.min(count, 10), count },
    captureHeader: 'cart-token',
  });
  return captured.filter((token) => typeof token === 'string');
}

/** The first write of somebody without a cart: the answer brings the token. */
export const firstAdd = (origin: string): RequestSpec => ({
  origin,
  method: 'POST',
  path: '/cart/items',
  body: { sku: sku(1), quantity: 1 },
  hasKey: true,
});

export const addTo = (origin: string, { token }: Cart, number = 1): RequestSpec => ({
  origin,
  method: 'POST',
  path: '/cart/items',
  headers: { 'cart-token': token },
  body: { sku: sku(number), quantity: 1 },
  hasKey: true,
});

const batchAdd = (origin: string, { token }: Cart, numbers: number[]): RequestSpec => ({
  origin,
  method: 'POST',
  path: '/cart/batch',
  headers: { 'cart-token': token },
  body: {
    atomic: true,
    operations: numbers.map((number) => ({ type: 'addItem', sku: sku(number), quantity: 1 })),
  },
  hasKey: true,
});

export const readOf = (origin: string, { token }: Cart): RequestSpec => ({
  origin,
  method: 'GET',
  path: '/cart',
  headers: { 'cart-token': token },
});

let lastCounter = 0;

/** Ids of bare workflows that never were before. */
export function freshCounterIds(count: number): string[] {
  return Array.from({ length: count }, () => {
    lastCounter += 1;
    return `bench:${Date.now().toString(36)}:${lastCounter}`;
  });
}

/** Running bare workflows. */
export async function makeCounters(stage: Stage, count: number): Promise<string[]> {
  const ids = freshCounterIds(count);
  const { ok, errors } = await stage.http({
    requests: ids.map((id) => bareStart(stage, id)),
    loop: { clients: Math.min(count, 10), count },
  });
  if (ok !== count) throw new Error(`Bare workflows are missing: ${JSON.stringify(errors)}`);
  return ids;
}

export const bareUpdate = ({ bare }: Stage, id: string): RequestSpec => ({
  origin: bare.origin,
  method: 'POST',
  path: `/update/${id}`,
  body: { by: 1 },
});

export const bareStart = ({ bare }: Stage, id: string): RequestSpec => ({
  origin: bare.origin,
  method: 'POST',
  path: `/update-with-start/${id}`,
  body: { by: 1 },
});

export const bareRead = ({ bare }: Stage, { workflowId }: Cart): RequestSpec => ({
  origin: bare.origin,
  method: 'GET',
  path: `/row/${encodeURIComponent(workflowId)}`,
});
