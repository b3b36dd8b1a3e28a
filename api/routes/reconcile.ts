/** Operators compare the read model with the carts, and see what earlier comparisons found. */
import { z } from '@hono/zod-openapi';
import type { Sql } from '../../database/client.ts';
import { type ReconcileRun, readRuns } from '../../database/reconcile-runs.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { NO_STORE } from '../operators/operator-parts.ts';
import { count, runFields, SHOWN_RUNS, startedSchema } from '../operators/run-schemas.ts';
import type { ReconcileGateway } from '../reconcile-gateway.ts';
import { json } from '../reply.ts';
import { OPERATORS_TAG } from './operator-carts.ts';

const runSchema = z
  .object({
    ...runFields,
    rows: count.openapi({ description: 'Open rows that were compared.' }),
    carts: count.openapi({ description: 'Open workflows that were looked up.' }),
    asked: count.openapi({ description: 'Carts that were asked for their state.' }),
    mismatches: z.record(z.string(), count).openapi({ description: 'By kind; see the page on reconcile.' }),
    repaired: count,
    unrepaired: count,
    unanswered: count,
    unsettled: count,
    samples: z.array(
      z.object({
        workflowId: z.string(),
        kind: z.string(),
        fields: z.array(z.string()),
        isRepaired: z.boolean(),
      }),
    ),
  })
  .openapi('ReconcileRun');

const runsSchema = z.object({ runs: z.array(runSchema) }).openapi('ReconcileRuns');
const shown = ({ workflowId: _id, cycle: _cycle, turn: _turn, progressedAt: _at, ...run }: ReconcileRun) =>
  run;

/** The book, with the sums of running ones as they are now rather than as of their last batch. */
async function runsOf(sql: Sql, reconcile: ReconcileGateway) {
  const runs = await readRuns(sql, SHOWN_RUNS);
  return Promise.all(
    runs.map(async (run) => {
      if (run.status !== 'running') return shown(run);
      const progress = await reconcile.progress(run.workflowId).catch(() => undefined);
      if (progress?.number !== run.number) return shown(run);
      const { rows, carts, asked, mismatches, repaired, unrepaired, unanswered, unsettled, samples } =
        progress;
      const sums = { rows, carts, asked, mismatches, repaired, unrepaired, unanswered, unsettled, samples };
      return { ...shown(run), ...sums };
    }),
  );
}

export interface ReconcileParts {
  sql: Sql;
  reconcile: ReconcileGateway;
}

export function reconcileRoutes(router: Router, { sql, reconcile }: ReconcileParts): void {
  defineRoute(
    router,
    {
      method: 'post',
      path: '/admin/reconcile',
      operationId: 'startReconcile',
      tag: OPERATORS_TAG,
      summary: 'Compare the read model with the carts now',
      description:
        'Asks every cart, and repairs the rows that are wrong. One at a time: asked again, it joins.',
      access: 'operate',
      body: z.strictObject({}),
      isBodyOptional: true,
      answers: { 202: { description: 'Under way.', schema: startedSchema('ReconcileStarted') } },
    },
    async () =>
      json(202, { isFresh: await reconcile.start() }, { ...NO_STORE, location: '/admin/reconcile' }),
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: '/admin/reconcile',
      operationId: 'listReconcileRuns',
      tag: OPERATORS_TAG,
      summary: 'What the last comparisons found',
      description: 'The newest twenty, newest first.',
      access: 'inspect',
      answers: { 200: { description: 'The runs.', schema: runsSchema } },
    },
    async () => json(200, { runs: await runsOf(sql, reconcile) }, NO_STORE),
  );
}
