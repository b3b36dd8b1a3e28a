/** Replays stored histories against a workflow bundle, and against one that also tells what the code wanted to do. */
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type InjectedSinks, Worker } from '@temporalio/worker';
import type { CartState } from '../../cart/state.ts';
import type { Receipt } from '../../contract/operations.ts';
import type { ReadModelSinks } from '../../workflows/read-model-sink.ts';
import { quietRuntime } from '../support/worker.ts';
import type { ReplaySinks } from './fixtures/tell-commands.ts';
import type { StoredHistory } from './stored-histories.ts';

/** What a run did at replay, oldest first. */
export interface Told {
  receipts: (Receipt | Receipt[])[];
  published: { state: CartState }[];
  handedOver: { carried: { state: CartState } }[];
}

export type Bundle = { codePath: string } | { code: string };

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A bundle of another workflow file, or of today's, that tells its commands. */
export async function tellingBundle(workflowsPath = here('../../workflows/index.ts')): Promise<Bundle> {
  const workflowInterceptorModules = [here('fixtures/tell-commands.ts')];
  const logger = new DefaultLogger('WARN');
  return bundleWorkflowCode({ workflowsPath, workflowInterceptorModules, logger });
}

export const fixture = (name: string): string => here(`fixtures/${name}.ts`);

const SILENT: InjectedSinks<ReadModelSinks> = { readModel: { publish: { fn: () => undefined } } };

/** The error of the first history that does not replay, by its name; undefined when all do. */
export async function replayAll(
  bundle: Bundle,
  histories: readonly Pick<StoredHistory, 'name' | 'history'>[],
): Promise<[string, Error][]> {
  quietRuntime();
  const errors: [string, Error][] = [];
  const results = Worker.runReplayHistories(
    { workflowBundle: bundle, sinks: SILENT },
    histories.map(({ name, history }) => ({ workflowId: name, history })),
  );
  for await (const { workflowId, error } of results) if (error) errors.push([workflowId, error]);
  return errors;
}

/** Replays one history and returns what its run did. Rejects when it does not replay. */
export async function replayAndTell(bundle: Bundle, { name, history }: StoredHistory): Promise<Told> {
  quietRuntime();
  const told = { receipt: [], published: [], handedOver: [] } as Record<string, unknown[]>;
  const fn = (_info: unknown, kind: string, json: string) => {
    told[kind]?.push(JSON.parse(json));
  };
  const sinks: InjectedSinks<ReplaySinks & ReadModelSinks> = {
    replay: { told: { fn, callDuringReplay: true } },
    readModel: {
      publish: { fn: (_info, publication) => void told.published?.push(publication), callDuringReplay: true },
    },
  };
  await Worker.runReplayHistory({ workflowBundle: bundle, sinks }, history, name);
  const { receipt: receipts, published, handedOver } = told;
  return { receipts, published, handedOver } as unknown as Told;
}
