/** The parent's side of a bench process: starts one and calls it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../../scripts/local/data-folder.ts';
import type { AnswerMessage } from './child-protocol.ts';

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

export interface Child {
  pid: number;
  /** Rejects with the child's error, or when it has ended. */
  call<Result>(name: string, argument?: unknown): Promise<Result>;
  /** Ends the child and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts `bench/<file>` as Node starts the API and the worker. `env` is added to this process's environment. */
export function startChild(file: string, env: Record<string, string> = {}): Child {
  const child = fork(join(ROOT, 'bench', file), [], {
    execArgv: ['--enable-source-maps', '--import', import.meta.resolve('tsx')],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const pending = receiveAnswers(child, file);
  let lastId = 0;
  return {
    pid: child.pid ?? 0,
    call<Result>(name: string, argument: unknown = null) {
      return new Promise<Result>((resolve, reject) => {
        if (!child.connected) return reject(new Error(`${file} has ended`));
        lastId += 1;
        pending.set(lastId, { resolve: resolve as Pending['resolve'], reject });
        child.send({ id: lastId, name, argument }, (error) => error && reject(error));
      });
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      if (child.connected) child.disconnect();
      const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(force);
    },
  };
}

function receiveAnswers(child: ChildProcess, file: string): Map<number, Pending> {
  const pending = new Map<number, Pending>();
  child.on('message', (message: AnswerMessage) => {
    const call = pending.get(message.id);
    pending.delete(message.id);
    if ('error' in message) call?.reject(new Error(`${file}: ${message.error}`));
    else call?.resolve(message.result);
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of pending.values()) reject(new Error(`${file} ended (${signal ?? code})`));
    pending.clear();
  });
  return pending;
}
