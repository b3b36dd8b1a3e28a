/**
 * The test provider's process. It may be killed at any time: payments and events on their way are in its own tables, and go on where they were.
 * For development and tests only; it believes whoever can reach it.
 */
import http from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { pino } from 'pino';
import { readConfig } from '../config.ts';
import { connect } from '../database/client.ts';
import { createTestPaymentsApp } from './create-app.ts';
import { createDeliveries } from './deliver.ts';
import { ensureSchema } from './schema.ts';

const config = readConfig();
const log = pino({
  name: 'payments',
  level: config.LOG_LEVEL,
  ...(config.LOG_PRETTY ? { transport: { target: 'pino-pretty' } } : {}),
});
const [secret] = config.WEBHOOK_SECRET;
if (secret === undefined) {
  process.stderr.write('WEBHOOK_SECRET is needed: the test provider signs its events.\n');
  process.exit(1);
}

const { PAYMENTS_HOST: host, PAYMENTS_PORT: port, PAYMENTS_WEBHOOK_URLS: webhookUrls } = config;
const sql = connect(config.DATABASE_URL, { max: 5, name: 'cartwright-test-payments' });
const deliveries = createDeliveries({ sql, log, secret, urls: webhookUrls });
const publicUrl = (config.PAYMENTS_PUBLIC_URL ?? `http://${host}:${port}`).replace(/\/$/, '');
const app = createTestPaymentsApp({ sql, deliveries, publicUrl, secret, webhookUrls }, log);
const listener = getRequestListener(app.fetch);
const server = http.createServer((request, response) => void listener(request, response));

/** The database may come later than the provider. */
async function prepare(): Promise<void> {
  for (;;) {
    try {
      await ensureSchema(sql);
      return;
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'waiting for PostgreSQL');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function stop(): Promise<void> {
  server.close();
  server.closeIdleConnections();
  await deliveries.stop();
  await sql.end({ timeout: 1 });
  process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
server.listen(port, host, () => log.info({ url: publicUrl, webhookUrls }, 'the test provider is listening'));
await prepare();
deliveries.start();
