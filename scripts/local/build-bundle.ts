/**
 * Builds the workflow bundle in a process of its own: the bundler is large and talkative, and the supervisor stays small.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { compiledPart } from './compile-parts.ts';
import { type DataFolder, ROOT } from './data-folder.ts';
import { logFileOf } from './component.ts';
import { UserError } from './user-error.ts';

const BUILD = 'import(process.argv[1]).then(({ buildWorkflowBundle }) => buildWorkflowBundle())';

/** Makes the bundle, or finds that it is up to date; after `compileParts`. What the bundler says goes to logs/bundle.log. */
export async function buildBundle(folder: DataFolder, signal: AbortSignal): Promise<void> {
  const log = openSync(logFileOf(folder, 'bundle'), 'a', 0o600);
  const args = ['--input-type=module', '--eval', BUILD, compiledPart('worker/bundle.ts')];
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', log, log], signal });
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0
          ? resolve()
          : reject(new UserError(`The workflow bundle cannot be built; see ${logFileOf(folder, 'bundle')}`)),
      );
    });
  } finally {
    closeSync(log);
  }
}
