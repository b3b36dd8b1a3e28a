/** One construction of a cart worker, for production and for tests. */
import { type NativeConnection, Worker } from '@temporalio/worker';
import type { Activities } from '../activities/create-activities.ts';
import type { ReconcileActivities } from '../activities/create-reconcile-activities.ts';
import type { RetentionActivities } from '../activities/create-retention-activities.ts';
import { TASK_QUEUE } from '../temporal.config.ts';
import { createReadModelSink } from './read-model-sink.ts';

export interface WorkerParts {
  connection: NativeConnection;
  namespace: string;
  activities: Activities & Partial<ReconcileActivities & RetentionActivities>;
  /** Path of the bundle (`buildWorkflowBundle`). */
  bundlePath: string;
  maxCachedWorkflows: number;
  taskQueue?: string;
  /** How histories name this worker; default: process and host. */
  identity?: string;
}

/**
 * A worker that takes over quickly: carts of a crashed neighbour wait one second, not the default ten, before another worker
 * loads them.
 */
export const createWorker = (parts: WorkerParts): Promise<Worker> =>
  Worker.create({
    connection: parts.connection,
    namespace: parts.namespace,
    taskQueue: parts.taskQueue ?? TASK_QUEUE,
    workflowBundle: { codePath: parts.bundlePath },
    activities: parts.activities,
    sinks: createReadModelSink(parts),
    maxCachedWorkflows: parts.maxCachedWorkflows,
    ...(parts.identity === undefined ? {} : { identity: parts.identity }),
    stickyQueueScheduleToStartTimeout: '1s',
    // A task's time runs once a worker has taken it. After a neighbour's crash many carts are loaded at once: what does not fit waits
    // at the server, where no time runs; ten at a time load faster than forty that take turns and all run out of time.
    maxConcurrentWorkflowTaskExecutions: 10,
    maxConcurrentLocalActivityExecutions: 100,
    // At least one for each of a task queue's four partitions: operators' queries find a worker after a quiet hour too.
    workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 4, initial: 5, maximum: 20 },
    activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 1, maximum: 5 },
    shutdownGraceTime: '10s',
    shutdownForceTime: '20s',
  });
