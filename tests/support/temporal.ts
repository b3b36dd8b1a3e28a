/**
 * One cart system for a test file: a fresh database with the test catalogue, a worker with the real activities on a task queue of
 * its own, a client. Tests set only what matters to them.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { type Activities, createActivities } from '../../activities/create-activities.ts';
import {
  createReconcileActivities,
  type ReconcileMetrics,
} from '../../activities/create-reconcile-activities.ts';
import {
  createRetentionActivities,
  type RetentionActivities,
  type RetentionDependencies,
} from '../../activities/create-retention-activities.ts';
import type { RecoveryParts } from '../../activities/promise-recovery-mail.ts';
import type { Providers } from '../../activities/payment-parts.ts';
import type { CartPolicy } from '../../cart/state.ts';
import type { Pricing } from '../../contract/pricing.ts';
import { connect, type Sql } from '../../database/client.ts';
import { CartUnderTest } from './cart-under-test.ts';
import { createTestDatabase } from './database.ts';
import { type Gate, openGate } from './gate.ts';
import { TEST_POLICY } from './policy.ts';
import { temporalAddress } from './temporal-address.ts';
import { freshTaskQueue, type RunningWorker, startWorker } from './worker.ts';

export interface TestTemporalOptions {
  policy?: Partial<CartPolicy>;
  /** What the worker gives to carts at their next run, on top of `policy`; without it they keep what they have. */
  policyOfToday?: Partial<CartPolicy>;
  recovery?: RecoveryParts;
  /** Who takes payments; nobody where it is missing. */
  payments?: Providers;
  pricing?: Pricing;
  /** Wraps the real activities, for faults. */
  activities?: (real: Activities) => Activities;
  /** Hears what reconcile finds. */
  metrics?: ReconcileMetrics;
  /** Small portions, metrics, faults. */
  retention?: Partial<Pick<RetentionDependencies, 'limit' | 'metrics'>> & {
    wrap?: (real: RetentionActivities) => RetentionActivities;
  };
  maxCachedWorkflows?: number;
  /** How histories name client and worker; default: process and host. */
  identity?: string;
  taskQueue?: string;
  /** False: no worker until `startWorker` is called. */
  hasWorker?: boolean;
}

export interface TestTemporal {
  client: Client;
  /** The tests' own way into the database; never goes through the gate. */
  sql: Sql;
  taskQueue: string;
  /** Between the worker and its database. */
  databaseGate: Gate;
  /** A cart of a fresh owner. Nothing is started before its first message. */
  cart(options?: { kind?: 'guest' | 'customer'; policy?: Partial<CartPolicy>; id?: string }): CartUnderTest;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

/** The SDK would wait a second before it asks a busy cart again. */
async function connectClient(identity?: string): Promise<Client> {
  const retry = makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ initialIntervalMs: () => 20 }));
  const connection = await Connection.connect({ address: temporalAddress(), interceptors: [retry] });
  return new Client({ connection, ...(identity === undefined ? {} : { identity }) });
}

function retentionOf(sql: Sql, { wrap, ...parts }: NonNullable<TestTemporalOptions['retention']> = {}) {
  const real = createRetentionActivities({ sql, ...parts });
  return wrap?.(real) ?? real;
}

export async function createTestTemporal(options: TestTemporalOptions = {}): Promise<TestTemporal> {
  const database = await createTestDatabase({ catalogue: 'test' });
  const target = new URL(database.url);
  const databaseGate = await openGate({ host: target.hostname, port: Number(target.port) });
  target.port = String(databaseGate.port);
  const workerSql = connect(target.href, { max: 5, name: 'test-worker' });
  const client = await connectClient(options.identity);
  const taskQueue = options.taskQueue ?? freshTaskQueue();
  const real = createActivities({
    sql: workerSql,
    ...(options.payments ? { payments: options.payments } : {}),
    ...(options.pricing ? { pricing: options.pricing } : {}),
    ...(options.recovery ? { recovery: options.recovery } : {}),
    ...(options.policyOfToday
      ? { policy: { ...TEST_POLICY, ...options.policy, ...options.policyOfToday } }
      : {}),
  });
  const { metrics } = options;
  const activities = {
    ...(options.activities?.(real) ?? real),
    ...createReconcileActivities({ sql: workerSql, client, ...(metrics ? { metrics } : {}) }),
    ...retentionOf(workerSql, options.retention),
  };
  let worker: RunningWorker | undefined;

  const test: TestTemporal = {
    client,
    sql: database.sql,
    taskQueue,
    databaseGate,
    cart({ kind = 'guest', policy, id = randomUUID() } = {}) {
      const input = { ...TEST_POLICY, ...options.policy, ...policy };
      return new CartUnderTest({ client, sql: database.sql, taskQueue, kind, id, policy: input });
    },
    async startWorker() {
      const { maxCachedWorkflows, identity } = options;
      worker = await startWorker({
        activities,
        taskQueue,
        ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
        ...(identity === undefined ? {} : { identity }),
      });
    },
    async stopWorker() {
      await worker?.stop();
      worker = undefined;
    },
    async close() {
      databaseGate.open();
      await test.stopWorker();
      await client.connection.close();
      await workerSql.end({ timeout: 1 });
      await databaseGate.close();
      await database.drop();
    },
  };
  if (options.hasWorker !== false) await test.startWorker();
  return test;
}
