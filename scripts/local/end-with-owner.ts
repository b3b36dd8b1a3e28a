/**
 * What a test run started ends with it, even by SIGKILL: a shell waits at the other end of a pipe, which the kernel closes when its owner is gone,
 * and then runs end-orphans.ts. The shell is in a session of its own, so that neither Ctrl-C nor a kill of the whole group reaches it.
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { ROOT } from './data-folder.ts';
import { identify } from './process-identity.ts';

export interface Guard {
  /** This process ends with its owner, too; it takes the place of the one that was named before. */
  watch(pid: number | undefined): void;
  /** Nothing is left to end. Harmless when called twice. */
  release(): void;
}

/** Keeps the last line that it was sent; `done` means that everything has ended in order. */
const WAIT = `while read -r line; do [ "$line" = done ] && exit; last=$line; done; exec "$@" "$last"`;

/** `folder`: a temporary data folder; whatever runs on it ends with this process, and it is removed. */
export function endWithOwner(folder = ''): Guard {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const ending = [process.execPath, '--import', 'tsx', join(ROOT, 'scripts/local/end-orphans.ts'), folder];
  const shell = spawn('sh', ['-c', WAIT, 'sh', ...ending], {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const pipe = shell.stdin as Socket;
  // Without a shell everything goes as before, only that nobody clears up after a kill -9.
  shell.on('error', () => undefined);
  pipe.on('error', () => undefined);
  shell.unref();
  pipe.unref();
  return {
    watch(pid) {
      const identity = pid === undefined ? undefined : identify(pid);
      if (identity) pipe.write(`${JSON.stringify(identity)}\n`);
    },
    release() {
      if (!pipe.writableEnded) pipe.end('done\n');
    },
  };
}
