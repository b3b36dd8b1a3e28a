/** The provider's HTTP side: an API for shops, pages for shoppers, switches for tests, probes. */
import { Hono } from 'hono';
import type { Logger } from 'pino';
import { isUnavailable } from '../database/client.ts';
import { eventRoutes } from './event-routes.ts';
import { readFaults, takeFault } from './faults.ts';
import { pageRoutes } from './page-routes.ts';
import type { Parts, ProviderEnv } from './parts.ts';
import { paymentRoutes } from './payment-routes.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function createTestPaymentsApp(parts: Parts, log: Logger): Hono<ProviderEnv> {
  const { sql } = parts;
  const app = new Hono<ProviderEnv>();
  app.onError((error, c) => {
    const isAway = isUnavailable(error);
    log[isAway ? 'warn' : 'error']({ reason: error.message }, 'request');
    return c.json({ code: isAway ? 'unavailable' : 'internal' }, isAway ? 503 : 500);
  });
  app.get('/livez', (c) => c.json({ alive: true }));
  app.get('/readyz', async (c) => {
    await sql`SELECT 1 FROM test_payments.payments LIMIT 1`;
    return c.json({ ready: true });
  });
  // What goes wrong on purpose is for shops; the switches themselves stay in reach.
  app.use('/payments/*', async (c, next) => {
    const { answerDelayMs, unavailable } = await readFaults(sql);
    if (unavailable > 0 && (await takeFault(sql, 'unavailable'))) return c.json({ code: 'unavailable' }, 503);
    await next();
    if (answerDelayMs > 0) await pause(answerDelayMs);
  });
  paymentRoutes(app, parts);
  eventRoutes(app, parts);
  pageRoutes(app, parts);
  return app;
}
