/** The bare workflow's worker process: the same options as the cart's worker, nothing to do but count. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, bundleWorkflowCode } from '@temporalio/worker';
import type { Activities } from '../../activities/create-activities.ts';
import { temporalConnection } from '../../temporal.config.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { serveCalls } from '../stage/child-protocol.ts';
import { BARE_TASK_QUEUE } from './messages.ts';

interface WorkerStart {
  maxCachedWorkflows: number;
}

async function bundle(): Promise<{ path: string; bytes: number }> {
  const logger = new DefaultLogger('ERROR');
  const workflowsPath = fileURLToPath(new URL('./workflow.ts', import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  const path = join(mkdtempSync(join(tmpdir(), 'cartwright-bare-')), 'workflow.js');
  writeFileSync(path, code);
  return { path, bytes: Buffer.byteLength(code) };
}

async function start({ maxCachedWorkflows }: WorkerStart): Promise<{ bundleBytes: number }> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { connectionOptions, namespace } = temporalConnection();
  const { path, bytes } = await bundle();
  const worker = await createWorker({
    connection: await NativeConnection.connect(connectionOptions),
    namespace,
    activities: {} as Activities,
    bundlePath: path,
    maxCachedWorkflows,
    taskQueue: BARE_TASK_QUEUE,
  });
  void worker.run();
  return { bundleBytes: bytes };
}

serveCalls({ start });
