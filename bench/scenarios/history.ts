/** What operations leave in a cart's history, one at a time on a quiet cart, and the size of the code that every worker loads. */
import { stat } from 'node:fs/promises';
import type { Figure } from '../figure.ts';
import type { RequestSpec } from '../load/job.ts';
import type { Scenario } from '../scenario.ts';
import { type Cart, addTo, bareUpdate, makeCarts, makeCounters } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';
import { BUNDLE_BUDGET_BYTES, buildWorkflowBundle } from '../../worker/bundle.ts';

/** Of each kind. Together they stay below the length at which a cart starts a new run. */
const REPEATS = 6;

interface Length {
  events: number;
  bytes: number;
}

async function lengthOf(stage: Stage, workflowId: string): Promise<Length> {
  const { historyLength, historySize = 0 } = await stage.client.workflow.getHandle(workflowId).describe();
  return { events: historyLength, bytes: historySize };
}

type Kind = [name: string, request: (origin: string, cart: Cart, repetition: number) => RequestSpec];

const change = (
  origin: string,
  { token }: Cart,
  method: RequestSpec['method'],
  path: string,
  body?: unknown,
): RequestSpec => ({
  origin,
  method,
  path,
  headers: { 'cart-token': token },
  hasKey: true,
  ...(body ? { body } : {}),
});

const KINDS: Kind[] = [
  ['add units to a line', (origin, cart) => addTo(origin, cart, 1)],
  ['add a line', (origin, cart, repetition) => addTo(origin, cart, repetition + 2)],
  [
    'change a quantity',
    (origin, cart, repetition) =>
      change(origin, cart, 'PATCH', '/cart/items/l1', { quantity: repetition + 20 }),
  ],
  [
    'remove a line',
    (origin, cart, repetition) => change(origin, cart, 'DELETE', `/cart/items/l${repetition + 2}`),
  ],
  [
    'a batch of 5 adds',
    (origin, cart) =>
      change(origin, cart, 'POST', '/cart/batch', {
        atomic: true,
        operations: [10, 11, 12, 13, 14].map((n) => ({ type: 'addItem', sku: `T-0${n}`, quantity: 1 })),
      }),
  ],
];

async function perOperation(
  stage: Stage,
  workflowId: string,
  request: (repetition: number) => RequestSpec,
): Promise<Length> {
  const before = await lengthOf(stage, workflowId);
  const requests = Array.from({ length: REPEATS }, (_, repetition) => request(repetition));
  const { ok, errors } = await stage.http({ requests, loop: { clients: 1, count: REPEATS } });
  if (ok !== REPEATS) throw new Error(`Operations failed: ${JSON.stringify(errors)}`);
  const after = await lengthOf(stage, workflowId);
  return { events: (after.events - before.events) / REPEATS, bytes: (after.bytes - before.bytes) / REPEATS };
}

const eventFigure = (title: string, ours: Length, bare: Length): Figure => ({
  title,
  unit: 'events',
  rounds: [{ ours: ours.events, bare: bare.events, detail: { bytes: ours.bytes, bareBytes: bare.bytes } }],
  target: { of: 'ours', is: 'atMost', bound: 6 },
  notes: [`${title}: ${Math.round(ours.bytes)} bytes of history (bare Update: ${Math.round(bare.bytes)})`],
});

export const history: Scenario = {
  id: 'history',
  title: 'History events of one operation, workflow bundle',
  async run(stage) {
    const [origin = ''] = stage.crew.origins();
    const [cart] = (await makeCarts(stage, 1)) as [Cart];
    const [id = ''] = await makeCounters(stage, 1);
    const bare = await perOperation(stage, id, () => bareUpdate(stage, id));
    const figures: Figure[] = [];
    for (const [name, request] of KINDS) {
      const ours = await perOperation(stage, cart.workflowId, (repetition) =>
        request(origin, cart, repetition),
      );
      figures.push(eventFigure(`History of one operation: ${name}`, ours, bare));
    }
    const { size } = await stat(await buildWorkflowBundle());
    figures.push({
      title: 'Workflow bundle',
      unit: 'MB',
      rounds: [{ ours: size / 1e6, bare: stage.bare.bundleBytes / 1e6 }],
      target: { of: 'ours', is: 'atMost', bound: BUNDLE_BUDGET_BYTES / 1e6 },
      baseline: 'the minimal workflow, with the text of its sources',
    });
    return figures;
  },
};
