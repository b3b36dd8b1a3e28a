/** Runs vitest in this terminal. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runProgram } from './run-program.ts';

/** Answers vitest's exit status. */
export function runVitest(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<number> {
  const home = dirname(createRequire(import.meta.url).resolve('vitest/package.json'));
  return runProgram(process.execPath, [join(home, 'vitest.mjs'), 'run', ...args], env);
}
