/** Operators have deleted what is not needed any more, and see what earlier runs deleted. */
import { z } from '@hono/zod-openapi';
import type { Sql } from '../../database/client.ts';
import { readRetentionRuns } from '../../database/retention-runs.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { fromDatabase } from '../from-database.ts';
import { NO_STORE } from '../operators/operator-parts.ts';
import { count, runFields, SHOWN_RUNS, startedSchema } from '../operators/run-schemas.ts';
import { json } from '../reply.ts';
import type { RetentionGateway } from '../retention-gateway.ts';
import { OPERATORS_TAG } from './operator-carts.ts';

const runSchema = z
  .object({
    ...runFields,
    deleted: z.record(z.string(), count).openapi({ description: 'Rows by table, so far.' }),
    failed: z.array(z.string()).openapi({ description: 'Steps that could not be done.' }),
  })
  .openapi('RetentionRun');

const runsSchema = z.object({ runs: z.array(runSchema) }).openapi('RetentionRuns');
export interface RetentionParts {
  sql: Sql;
  retention: RetentionGateway;
}

export function retentionRoutes(router: Router, { sql, retention }: RetentionParts): void {
  defineRoute(
    router,
    {
      method: 'post',
      path: '/admin/retention',
      operationId: 'startRetention',
      tag: OPERATORS_TAG,
      summary: 'Delete what is not needed any more now',
      description: 'By the ages of the settings `RETENTION_*`. One at a time: asked again, it joins.',
      access: 'operate',
      body: z.strictObject({}),
      isBodyOptional: true,
      answers: { 202: { description: 'Under way.', schema: startedSchema('RetentionStarted') } },
    },
    async () =>
      json(202, { isFresh: await retention.start() }, { ...NO_STORE, location: '/admin/retention' }),
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: '/admin/retention',
      operationId: 'listRetentionRuns',
      tag: OPERATORS_TAG,
      summary: 'What the last runs of retention deleted',
      description: 'The newest twenty, newest first.',
      access: 'inspect',
      answers: { 200: { description: 'The runs.', schema: runsSchema } },
    },
    async () => json(200, { runs: await fromDatabase(() => readRetentionRuns(sql, SHOWN_RUNS)) }, NO_STORE),
  );
}
