/** For whoever runs the API: is it alive, is it ready, how is it doing. */
import { z } from '@hono/zod-openapi';
import type { Sql } from '../../database/client.ts';
import type { Carts } from '../carts.ts';
import { defineRoute, type Router } from '../define-route.ts';
import type { ApiMetrics } from '../metrics.ts';
import { json } from '../reply.ts';

const PROBE_DEADLINE_MS = 1_500;

const readiness = z
  .object({
    ready: z.boolean(),
    parts: z.object({ postgres: z.boolean(), temporal: z.boolean(), accepting: z.boolean() }),
  })
  .openapi('Readiness');

/** False as well where the part does not answer in time. */
async function answers(probe: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PROBE_DEADLINE_MS);
  });
  const asked = probe.then(
    (value) => value !== false,
    () => false,
  );
  return await Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

export interface ProbeParts {
  sql: Sql;
  carts: Carts;
  metrics: ApiMetrics;
  /** False from the moment on which the process begins to stop. */
  isAccepting: () => boolean;
}

const NO_STORE = { 'cache-control': 'no-store' };

export function probeRoutes(router: Router, { sql, carts, metrics, isAccepting }: ProbeParts): void {
  defineRoute(
    router,
    {
      method: 'get',
      path: '/livez',
      operationId: 'live',
      tag: 'Probes',
      summary: 'Is the process alive?',
      access: 'open',
      isUnlimited: true,
      answers: { 200: { description: 'It is.', schema: z.object({ alive: z.boolean() }) } },
    },
    () => json(200, { alive: true }, NO_STORE),
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: '/readyz',
      operationId: 'ready',
      tag: 'Probes',
      summary: 'Can it take requests?',
      access: 'open',
      isUnlimited: true,
      answers: {
        200: { description: 'All parts answer.', schema: readiness },
        503: { description: 'The parts that are false are missing.', schema: readiness },
      },
    },
    async () => {
      const [postgres, temporal] = await Promise.all([
        answers(sql`SELECT 1`.then(() => true)),
        answers(carts.isReachable()),
      ]);
      const parts = { postgres, temporal, accepting: isAccepting() };
      const ready = parts.postgres && parts.temporal && parts.accepting;
      return json(ready ? 200 : 503, { ready, parts }, NO_STORE);
    },
  );
  defineRoute(
    router,
    {
      method: 'get',
      path: '/metrics',
      operationId: 'metrics',
      tag: 'Probes',
      summary: 'Prometheus metrics',
      access: 'open',
      isUnlimited: true,
      answers: { 200: { description: 'Text format.', schema: z.string(), type: 'text/plain' } },
    },
    async () => ({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: await metrics.collect(),
      headers: NO_STORE,
    }),
  );
}
