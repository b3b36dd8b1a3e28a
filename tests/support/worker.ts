/** A cart worker for tests: the production construction, in this process, on a task queue of its own. */
import { randomUUID } from 'node:crypto';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { buildWorkflowBundle } from '../../worker/bundle.ts';
import { createWorker, type WorkerParts } from '../../worker/create-worker.ts';
import { ensureSearchAttributes } from '../../worker/search-attributes.ts';
import { temporalAddress } from './temporal-address.ts';

export interface RunningWorker {
  worker: Worker;
  /** Lets running tasks finish. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  activities: WorkerParts['activities'];
  taskQueue: string;
  maxCachedWorkflows?: number;
  /** Another bundle than today's. */
  bundlePath?: string;
  /** What the histories say about who ran them. */
  identity?: string;
}

let isInstalled = false;

/** Tests provoke warnings on purpose; only errors are worth reading. */
export function quietRuntime(): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
}

/** Connects, makes sure of the search attributes, and polls until it is stopped. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  quietRuntime();
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  await ensureSearchAttributes(connection, 'default');
  const worker = await createWorker({
    connection,
    namespace: 'default',
    activities: options.activities,
    bundlePath: options.bundlePath ?? (await buildWorkflowBundle()),
    maxCachedWorkflows: options.maxCachedWorkflows ?? 200,
    taskQueue: options.taskQueue,
    ...(options.identity === undefined ? {} : { identity: options.identity }),
  });
  const running = worker.run();
  return {
    worker,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await connection.close();
    },
  };
}

export const freshTaskQueue = (): string => `test-${randomUUID()}`;
