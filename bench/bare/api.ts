/**
 * The bare API process: three minimal Hono routes, so that the cost of HTTP is on both sides of every comparison. The SELECT reads
 * the very rows that GET /cart reads.
 */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { connect } from '../../database/client.ts';
import { serveCalls } from '../stage/child-protocol.ts';
import { createCounters } from './counters.ts';

interface ApiStart {
  databaseUrl: string;
}

/** The server's own words: `8 RESOURCE_EXHAUSTED` and the like. */
const codeOf = (error: Error): string =>
  (error.cause instanceof Error ? error.cause : error).message.split(':')[0] ?? '';

async function start({ databaseUrl }: ApiStart): Promise<{ origin: string }> {
  const sql = connect(databaseUrl, { max: 10, name: 'bench-bare' });
  const counters = createCounters();
  const app = new Hono()
    .post('/update/:id', async (c) => {
      await c.req.json();
      return c.json({ count: await counters.update(c.req.param('id')) });
    })
    .post('/update-with-start/:id', async (c) => {
      await c.req.json();
      return c.json({ count: await counters.updateWithStart(c.req.param('id')) });
    })
    .get('/row/:id', async (c) => {
      const [row] = await sql<
        { view: string }[]
      >`SELECT view FROM carts WHERE workflow_id = ${c.req.param('id')}`;
      return row ? c.body(row.view, 200, { 'content-type': 'application/json' }) : c.notFound();
    });
  app.onError((error, c) => c.json({ code: codeOf(error) }, 503));
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ origin: `http://127.0.0.1:${port}` }),
    );
  });
}

serveCalls({ start });
