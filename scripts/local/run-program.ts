/** Runs a program in this terminal. It ends when this process does, whatever ended it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithOwner } from './end-with-owner.ts';

/** Answers the exit status, 1 for one that was ended by a signal. Rejects when the program cannot be run. */
export async function runProgram(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  // No stdin: a terminal stays as it is, and its Ctrl-C reaches us as a signal.
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  const guard = endWithOwner();
  guard.watch(child.pid);
  try {
    const [status] = (await once(child, 'exit')) as [number | null];
    return status ?? 1;
  } finally {
    guard.release();
  }
}
