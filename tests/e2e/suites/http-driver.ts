/** Scenarios over HTTP: one guest whose requests go to the API processes in turn. */
import { randomUUID } from 'node:crypto';
import { setProduct } from '../../../database/catalogue.ts';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { Answer as Said, AskedRequest, Driver, ProductChange } from '../../scenarios/driver.ts';
import { type Answer, guest, type RequestSpec } from '../../support/client.ts';
import type { TestStack } from '../../support/stack.ts';

/** A single atomic operation has a route of its own. */
function routeOf({ operations, atomic }: AskedRequest): RequestSpec {
  const [operation, second] = operations;
  if (operation === undefined || second || !atomic)
    return { method: 'POST', path: '/cart/batch', body: { atomic, operations } };
  const { type, ...rest } = operation;
  if (type === 'addItem') return { method: 'POST', path: '/cart/items', body: rest };
  if (type === 'clear') return { method: 'DELETE', path: '/cart' };
  const { lineId, ...body } = rest as { lineId: string };
  const path = `/cart/items/${lineId}`;
  return type === 'removeItem' ? { method: 'DELETE', path } : { method: 'PATCH', path, body };
}

function refusalOf(answer: Answer): Said {
  const { code, available, currentVersion, errors } = answer.problem;
  const [, at] = /^operations\[(\d+)\]$/.exec(errors?.[0]?.path ?? '') ?? [];
  return {
    is: 'refused',
    code,
    ...(available === undefined ? {} : { available }),
    ...(currentVersion === undefined ? {} : { currentVersion }),
    ...(at === undefined ? {} : { at: Number(at) }),
  };
}

function toSaid(answer: Answer): Said {
  if (answer.status >= 400) return refusalOf(answer);
  if (answer.isReplay) return { is: 'replayed' };
  const { outcomes } = answer.json<{ outcomes?: { ok: boolean; code?: ErrorCode }[] }>();
  if (!outcomes) return { is: 'accepted' };
  return { is: 'accepted', outcomes: outcomes.map(({ ok, code }) => (ok || !code ? 'ok' : code)) };
}

/** The test catalogue as it was, for the next shopper. */
export async function resetCatalogue({ sql }: TestStack): Promise<void> {
  const defaults: [string, ProductChange][] = [
    ['T-A', { sku: 'T-A', price: 1_999, stock: 1_000_000, active: true }],
    ['T-B', { sku: 'T-B', price: 4_995, stock: 1_000_000, active: true }],
    ['T-TEN', { sku: 'T-TEN', price: 1_000, stock: 10, active: true }],
    ['T-ONE', { sku: 'T-ONE', price: 1_000, stock: 1, active: true }],
  ];
  for (const [sku, { sku: _, ...change }] of defaults) await setProduct(sql, sku, change);
}

export function createHttpDriver(stack: TestStack): Driver {
  const shopper = guest(stack.api);
  let count = 0;
  return {
    async send(asked) {
      count += 1;
      const key = asked.key ?? randomUUID();
      const ifMatch = asked.ifMatch === undefined ? {} : { 'if-match': `"${asked.ifMatch}"` };
      const headers = { 'idempotency-key': key, ...ifMatch };
      return toSaid(await shopper.at(count).send({ ...routeOf(asked), headers }));
    },
    view: async () => (await shopper.at(count + 1).get()).cart,
    async changeProduct({ sku, ...change }) {
      await setProduct(stack.sql, sku, change);
    },
  };
}
