/** Everything that a scenario works with: the stack, the bare counterparts beside it, and the load generators. */
import { Client, Connection } from '@temporalio/client';
import { recallComponents } from '../../scripts/local/component.ts';
import { openDataFolder } from '../../scripts/local/data-folder.ts';
import type { Reporter } from '../../scripts/local/reporter.ts';
import type { DirectJob, HttpJob, LoadResult, RequestSpec } from '../load/job.ts';
import { type Child, startChild } from './child.ts';
import { type Crew, createCrew } from './crew.ts';
import { openStack } from './open-stack.ts';

export interface Extent {
  rounds: number;
  /** Fewer and shorter blocks: shows that everything works, measures little. */
  isShort: boolean;
  /** Carts of the scenario `idle-carts`, where not the usual number. */
  idleCarts?: number;
}

export interface Stage extends Extent {
  crew: Crew;
  /** The stack's data folder. */
  data: string;
  databaseUrl: string;
  /** How the stack's API takes customer tokens. */
  jwt: { secret: string; issuer: string; audience: string };
  client: Client;
  bare: { origin: string; bundleBytes: number; workerPid: number; apiPid: number };
  /** The bare worker with an empty cache. */
  renewBareWorker(): Promise<void>;
  /** Rejects when not one request succeeded. */
  http(job: HttpJob): Promise<LoadResult>;
  /** The same where failures are what is looked for. */
  tryHttp(job: HttpJob): Promise<LoadResult>;
  direct(job: DirectJob): Promise<LoadResult>;
  /** The JSON that one request is answered with. */
  read<T>(spec: RequestSpec): Promise<T>;
  /** The first value in a full run, the second in a short one. */
  size(full: number, short: number): number;
  close(): Promise<void>;
}

const BARE_CACHE = 5_000;

export async function openStage(report: Reporter, extent: Extent, stackFile?: string): Promise<Stage> {
  const stack = await openStack(report, stackFile);
  const children: Child[] = [];
  const { address } = stack.info.temporal;
  const temporal = temporalEnvironment(stack.info.data, address);
  const start = (file: string) => {
    const child = startChild(file, temporal);
    children.push(child);
    return child;
  };
  const close = async () => {
    await Promise.all(children.map((child) => child.stop()));
    await stack.close();
  };
  try {
    const [generator, bareApi, bareWorker] = [
      start('load/generator.ts'),
      start('bare/api.ts'),
      start('bare/worker.ts'),
    ];
    const [{ origin }, { bundleBytes }, connection] = await report.step('Bare workflow and routes', () =>
      Promise.all([
        bareApi.call<{ origin: string }>('start', { databaseUrl: stack.info.database }),
        bareWorker.call<{ bundleBytes: number }>('start', { maxCachedWorkflows: BARE_CACHE }),
        Connection.connect({ address }),
      ]),
    );
    const bare = { origin, bundleBytes, workerPid: bareWorker.pid, apiPid: bareApi.pid };
    let worker = bareWorker;
    return {
      ...extent,
      crew: createCrew(stack.info.data),
      data: stack.info.data,
      databaseUrl: stack.info.database,
      jwt: stack.info.jwt,
      client: new Client({ connection }),
      bare,
      async renewBareWorker() {
        await worker.stop();
        worker = start('bare/worker.ts');
        await worker.call('start', { maxCachedWorkflows: BARE_CACHE });
        bare.workerPid = worker.pid;
      },
      http: (job) => generator.call('http', job).then(needSuccess),
      tryHttp: (job) => generator.call('http', job),
      direct: (job) => generator.call('direct', job).then(needSuccess),
      read: (spec) => generator.call('read', spec),
      size: (full, short) => (extent.isShort ? short : full),
      async close() {
        await connection.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As the stack's own processes have it. */
function temporalEnvironment(data: string, address: string): Record<string, string> {
  const worker = recallComponents(openDataFolder(data)).find(({ name }) => name === 'worker-1');
  const own = Object.entries(worker?.env ?? {}).filter(([name]) => name.startsWith('TEMPORAL_'));
  return { ...Object.fromEntries(own), TEMPORAL_ADDRESS: address };
}

function needSuccess(result: unknown): LoadResult {
  const load = result as LoadResult;
  if (load.ok === 0) throw new Error(`No request succeeded: ${JSON.stringify(load.errors)}`);
  return load;
}
