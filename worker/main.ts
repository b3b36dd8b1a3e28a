/**
 * The worker process: connects (waiting for Temporal as long as it takes), verifies the search attributes, runs carts until it is
 * told to stop, and then finishes what it has begun.
 */
import { createServer } from 'node:net';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { createActivities } from '../activities/create-activities.ts';
import { createReconcileActivities } from '../activities/create-reconcile-activities.ts';
import { createRetentionActivities } from '../activities/create-retention-activities.ts';
import { pricingOf } from '../config.ts';
import { cartPolicyOf, recoveryOf } from '../config-policies.ts';
import { connect } from '../database/client.ts';
import { readOpenAlarms } from '../database/alarms.ts';
import { readBacklog } from '../database/outbox.ts';
import { createLog } from '../log.ts';
import { temporalConnection } from '../temporal.config.ts';
import { buildWorkflowBundle } from './bundle.ts';
import { createMailSender } from './create-mail-sender.ts';
import { createWorker } from './create-worker.ts';
import { withFaults } from './faults.ts';
import { createWorkerMetrics } from './metrics.ts';
import { serveProbes } from './probes.ts';
import { readSettings } from './read-settings.ts';
import { ensureSchedules } from './schedules.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { startSweeping } from './sweep-holds.ts';

const { config, payments } = readSettings();
const log = createLog(config, 'worker', { isSynchronous: config.FAULTS.length > 0 });

/** The SDK wants an address for its metrics before it starts. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const metricsAddress = `127.0.0.1:${await freePort()}`;
Runtime.install({
  telemetryOptions: { metrics: { prometheus: { bindAddress: metricsAddress } } },
  logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
    const method = level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'debug';
    log[method](meta ?? {}, message);
  }),
});

async function connectToTemporal(): Promise<{ connection: NativeConnection; namespace: string }> {
  const { connectionOptions, namespace } = temporalConnection();
  for (;;) {
    try {
      const connection = await NativeConnection.connect(connectionOptions);
      await ensureSearchAttributes(connection, namespace);
      return { connection, namespace };
    } catch (error) {
      log.warn(
        { reason: (error as Error).message, address: connectionOptions.address },
        'waiting for Temporal',
      );
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** Carts do not wait for it: a schedule that cannot be made now is made a little later. */
async function keepSchedules(client: Client): Promise<void> {
  while (worker?.getState() === 'RUNNING' || worker?.getState() === 'INITIALIZED') {
    try {
      return await ensureSchedules(client, config);
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'the schedules could not be made; trying again');
      await new Promise((resolve) => setTimeout(resolve, 10_000).unref());
    }
  }
}

let worker: Worker | undefined;
let stopped: Promise<void> | undefined;
const metrics = createWorkerMetrics();
const probes = await serveProbes(
  () => worker,
  `http://${metricsAddress}/metrics`,
  () => metrics.collect(),
  config.WORKER_HOST,
  config.WORKER_PORT,
);
const sql = connect(config.DATABASE_URL, { max: config.DATABASE_POOL, name: 'cartwright-worker' });
const bundlePath = await buildWorkflowBundle();
const { connection, namespace } = await connectToTemporal();
const client = new Client({ connection, namespace });
const activities = {
  ...createActivities({
    sql,
    log,
    pricing: pricingOf(config),
    payments,
    recovery: { ...recoveryOf(config), metrics },
    policy: cartPolicyOf(config),
  }),
  ...createReconcileActivities({ sql, client, metrics, log }),
  ...createRetentionActivities({ sql, metrics, log }),
};
worker = await createWorker({
  connection,
  namespace,
  activities: withFaults(activities, config, log),
  bundlePath,
  maxCachedWorkflows: config.MAX_CACHED_WORKFLOWS,
});
log.info({ namespace, cached: config.MAX_CACHED_WORKFLOWS }, 'the worker runs');
const stopSweeping = startSweeping(sql, log);
// Mails never make a cart wait for a connection.
const mailSql = connect(config.DATABASE_URL, { max: 4, name: 'cartwright-mails' });
const mailSender = createMailSender({
  config,
  sql: mailSql,
  client,
  record: (purpose, outcome, reason) => metrics.recordMail(purpose, outcome, reason),
  log,
});
metrics.watchOutbox(() => readBacklog(mailSql));
metrics.watchAlarms(() => readOpenAlarms(mailSql));
/** At once when the process is told to stop: carts of this worker answer no questions any more. */
const stopMails = () => (stopped ??= mailSender?.stop() ?? Promise.resolve());
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stopMails());
void keepSchedules(client);
await worker.run();
stopSweeping();
await stopMails();
log.info('the worker has stopped');
probes.close();
await connection.close();
await Promise.all([sql.end({ timeout: 5 }), mailSql.end({ timeout: 5 })]);
