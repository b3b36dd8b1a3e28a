/**
 * The API's process: settings, parts, server, and an orderly end. PostgreSQL and Temporal may be down when it starts and may go down
 * while it runs; /readyz says which part is missing.
 */
import { type Config, readConfig } from '../config.ts';
import { retentionOf } from '../config-policies.ts';
import { connect } from '../database/client.ts';
import { requireWebhookSecrets } from '../payments/create-providers.ts';
import { createBulkActionGateway } from './bulk-action-gateway.ts';
import { createReconcileGateway } from './reconcile-gateway.ts';
import { createRecoverySignals } from './recovery-signals.ts';
import { createRetentionGateway } from './retention-gateway.ts';
import { createCarts } from './carts.ts';
import { createCheckouts } from './checkouts.ts';
import { createApi } from './create-app.ts';
import { createServer, listen, stopServer } from './create-server.ts';
import { createLog, type Logger } from './log.ts';
import { serverOptions } from './server-options.ts';
import { createMetrics } from './metrics.ts';
import { createOperatorGateway } from './operator-gateway.ts';
import { createTemporalClient } from './temporal-client.ts';
import { TASK_QUEUE } from '../temporal.config.ts';

/** Answers under way get this long; the whole stop stays under ten seconds. */
const STOP_PATIENCE_MS = 7_000;
const STOP_LIMIT_MS = 9_500;

/** What an operator should know about the settings. */
function warn(config: Config, log: Logger): void {
  if (!config.COOKIE_SECURE) {
    log.warn('COOKIE_SECURE=false: the guest cookie travels without Secure; for development only');
  }
  if (config.JWT_SECRET !== undefined && config.JWT_JWKS_URL !== undefined) {
    log.warn(
      'JWT_SECRET and JWT_JWKS_URL are both set: tokens of either kind are taken; unset the one that is not meant',
    );
  }
  if (config.JWT_SECRET === undefined && config.JWT_JWKS_URL === undefined) {
    log.warn('neither JWT_SECRET nor JWT_JWKS_URL is set: every customer token is refused');
  }
}

async function main(): Promise<void> {
  const config = readConfig();
  requireWebhookSecrets(config);
  const log = createLog(config);
  warn(config, log);
  const metrics = createMetrics();
  const sql = connect(config.DATABASE_URL, { max: config.DATABASE_POOL, name: 'cartwright-api' });
  const place = { client: createTemporalClient(), taskQueue: TASK_QUEUE };
  const carts = createCarts(config, metrics, place);
  const checkouts = createCheckouts(config, metrics, sql, place);
  let isAccepting = true;
  const { app, feed, flags, payments, settled } = createApi({
    config,
    carts,
    operatorGateway: createOperatorGateway(place),
    bulkActions: createBulkActionGateway(place),
    reconcile: createReconcileGateway(place, config.IDLE_TICK),
    recoverySignals: createRecoverySignals(place, metrics),
    retention: createRetentionGateway(place, retentionOf(config)),
    checkouts,
    onPaymentEvent: (event) => checkouts.tell(event),
    sql,
    log,
    metrics,
    isAccepting: () => isAccepting,
  });
  const server = createServer(app.fetch, serverOptions(config));
  const port = await listen(server, config.API_HOST, config.API_PORT);
  feed.start();
  payments.start();
  log.info({ url: `http://${config.API_HOST}:${port}` }, 'the API is listening');

  async function stop(signal: string): Promise<void> {
    log.info({ signal }, 'stopping');
    isAccepting = false;
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    feed.close();
    await stopServer(server, STOP_PATIENCE_MS);
    await payments.close();
    await settled();
    await Promise.allSettled([carts.close(), sql.end({ timeout: 1 }), metrics.close(), flags.close()]);
    log.info('stopped');
    process.exit(0);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // The second one means now.
      if (!isAccepting) process.exit(1);
      void stop(signal);
    });
  }
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
