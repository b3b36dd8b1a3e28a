/** The system under test: one that runs already (a file with the line of `npm run stack -- --json`), or one of our own in a temporary folder. */
import { readFileSync } from 'node:fs';
import type { Reporter } from '../../scripts/local/reporter.ts';
import { type StackInfo, startStack } from '../../scripts/local/start-stack.ts';
import { openTemporaryFolder } from '../../scripts/local/temporary-folder.ts';
import { UserError } from '../../scripts/local/user-error.ts';

export interface OpenedStack {
  info: StackInfo;
  close(): Promise<void>;
}

/** `file`: absent for a stack of our own, with two workers and two APIs. Logs, probes and limits are as in production; only rate limits are off. */
export async function openStack(report: Reporter, file?: string): Promise<OpenedStack> {
  if (file !== undefined) return { info: readInfo(file), close: async () => undefined };
  const folder = openTemporaryFolder('bench');
  let isStarting = true;
  // The supervisor tells of every part that ends; here most of them end on purpose.
  const quiet: Reporter = {
    step: (label, work) => (isStarting ? report.step(label, work) : work(() => undefined)),
    note: (text) => isStarting && report.note(text),
    warn: (text) => isStarting && report.warn(text),
  };
  const stack = await startStack({
    dataDir: folder.path,
    report: quiet,
    environment: { ...process.env, RATE_LIMITS: 'off' },
    withUi: false,
    apis: 2,
    workers: 2,
    catalogue: 'test',
    restarts: false,
  });
  isStarting = false;
  const close = async () => {
    await stack.stop();
    folder.remove();
  };
  return { info: stack, close };
}

function readInfo(file: string): StackInfo {
  const info = JSON.parse(readFileSync(file, 'utf8')) as StackInfo;
  const names = new Set(info.processes.map(({ name }) => name));
  for (const name of ['api-1', 'api-2', 'worker-1', 'worker-2']) {
    if (!names.has(name))
      throw new UserError(`The stack of ${file} has no ${name}: start it with --workers 2 --apis 2.`);
  }
  return info;
}
