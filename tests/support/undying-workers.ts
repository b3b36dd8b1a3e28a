/** Keeps the workers of a stack up however often they die, without a pause: for runs in which dying is what they are made to do. */
import { recallComponents, livingProcess } from '../../scripts/local/component.ts';
import { openDataFolder } from '../../scripts/local/data-folder.ts';
import { isAlive, signalProcess } from '../../scripts/local/process-identity.ts';
import { runComponent } from '../../scripts/local/run-component.ts';
import { eventually } from './eventually.ts';
import type { TestStack } from './stack.ts';

export interface UndyingWorkers {
  /** How often workers have come back so far. */
  returns(): number;
  /** Those that live go on; who dies from now on stays dead. */
  stop(): Promise<void>;
}

const LOOK_MS = 50;

/** Kills each worker, brings it back with these settings on top of its own, and again each time it dies. The stack must not be supervised. */
export function keepWorkersUndying(stack: TestStack, environment: Record<string, string>): UndyingWorkers {
  const folder = openDataFolder(stack.info.data);
  const workers = recallComponents(folder).filter(({ name }) => name.startsWith('worker-'));
  let isStopped = false;
  let returns = 0;

  async function keep(worker: (typeof workers)[number]): Promise<void> {
    const first = livingProcess(folder, worker.name);
    if (first) signalProcess(first, 'SIGKILL');
    const own = { ...worker, env: { ...worker.env, ...environment } };
    while (!isStopped) {
      const living = livingProcess(folder, worker.name);
      if (living) {
        await eventually(() => isStopped || !isAlive(living), { within: 3_600_000, every: LOOK_MS });
        continue;
      }
      // One that dies while it starts is brought back like any other.
      await runComponent(folder, own).catch(() => undefined);
      returns += 1;
    }
  }

  const keeping = Promise.all(workers.map(keep));
  return {
    returns: () => returns,
    async stop() {
      isStopped = true;
      await keeping;
    },
  };
}
