/** `npm run cartctl -- …` as an operator runs it: a process of its own, without a terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface Said {
  /** As it came. */
  stdout: string;
  /** Its lines without what varies in width: runs of spaces are one. */
  lines: string[];
  stderr: string;
  exitCode: number | null;
}

/** `environment` on top of this process's, without any CARTCTL_ setting of the caller's shell. */
export async function runCartctl(environment: Record<string, string>, ...words: string[]): Promise<Said> {
  const { CARTCTL_URL: _url, CARTCTL_TOKEN: _token, ...own } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'operations/cartctl.ts', ...words], {
    cwd: `${import.meta.dirname}/../..`,
    env: { ...own, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const lines = stdout.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' '));
  return { stdout, lines, stderr, exitCode: child.exitCode };
}
