/**
 * The whole system for one test file: `npm run stack -- --json` as a child process, with the test catalogue on free ports and in a
 * temporary folder; it ends with the process that started it, even by SIGKILL. Parts can be killed and brought back by name, as driving from outside would do it.
 */
import { type ChildProcess, exec, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { connect, type Sql } from '../../database/client.ts';
import {
  identify,
  isAlive,
  type ProcessIdentity,
  signalProcess,
} from '../../scripts/local/process-identity.ts';
import type { StackInfo } from '../../scripts/local/start-stack.ts';
import { openTemporaryFolder } from '../../scripts/local/temporary-folder.ts';
import { eventually } from './eventually.ts';
import { openTestInbox, type TestInbox } from './test-inbox.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

/** What a caller's shell may hold and must not reach the stack under test. */
const FOREIGN =
  /^(DATABASE_URL|TEST_DATABASE_URL|TEMPORAL_.*|API_PORT|NODE_ENV|NODE_OPTIONS|VITEST.*|VITE_.*)$/;

export interface TestStackOptions {
  /** Settings (config.ts), as environment variables. */
  environment?: Record<string, string>;
  apis?: number;
  workers?: number;
  catalogue?: 'test' | 'none';
  /** Parts that end come back by themselves. */
  supervise?: boolean;
}

export interface TestStack {
  info: StackInfo;
  /** Origins of the API processes. */
  api: readonly string[];
  /** The shop's database, with all rights. */
  sql: Sql;
  temporal: Client;
  /** LINK_TOKEN_KEYS of this stack. */
  linkKeys: readonly string[];
  /** What the shop has sent. */
  inbox: TestInbox;
  /** SIGKILL; answers when the process is gone. */
  kill(name: string): Promise<void>;
  /** Runs the part's restart command; answers when it is ready. */
  restart(name: string): Promise<void>;
  /** What the parts have written to their logs. */
  logs(): string;
  /** Stops everything and removes the folder. */
  stop(): Promise<void>;
}

/** The child's first line on stdout. */
async function firstLine(child: ChildProcess): Promise<string> {
  let output = '';
  let errors = '';
  child.stderr?.on('data', (piece: Buffer) => {
    errors += piece.toString();
  });
  return await new Promise((resolve, reject) => {
    child.stdout?.on('data', (piece: Buffer) => {
      output += piece.toString();
      const end = output.indexOf('\n');
      if (end >= 0) resolve(output.slice(0, end));
    });
    // All that it said has arrived by then.
    child.once('close', (code) => reject(new Error(`The stack did not come up (exit ${code}).\n${errors}`)));
  });
}

function launch(data: string, options: TestStackOptions) {
  const { apis = 2, workers = 2, catalogue = 'test', environment, supervise = false } = options;
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  const words = [
    '--json',
    '--no-ui',
    '--data',
    data,
    '--catalogue',
    catalogue,
    ...(supervise ? ['--supervise'] : []),
  ];
  const counts = ['--apis', String(apis), '--workers', String(workers)];
  return spawn(process.execPath, ['--import', 'tsx', 'scripts/stack.ts', ...words, ...counts], {
    cwd: ROOT,
    env: { ...Object.fromEntries(own), RATE_LIMITS: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Knows each part's present process, across restarts. */
class Parts {
  readonly #identities = new Map<string, ProcessIdentity>();
  readonly #commands: ReadonlyMap<string, string>;

  constructor(info: StackInfo) {
    this.#commands = new Map(info.processes.map(({ name, restart }) => [name, restart]));
    for (const { name, pid } of info.processes) this.#note(name, pid);
  }

  #note(name: string, pid: number): void {
    const identity = identify(pid);
    if (identity) this.#identities.set(name, identity);
  }

  async kill(name: string): Promise<void> {
    const identity = this.#identities.get(name);
    if (!identity) throw new Error(`There is no part ${name}.`);
    if (!signalProcess(identity, 'SIGKILL')) throw new Error(`${name} was down already.`);
    await eventually(() => !isAlive(identity), { within: 10_000, every: 5 });
  }

  async restart(name: string): Promise<void> {
    const command = this.#commands.get(name);
    if (command === undefined) throw new Error(`There is no part ${name}.`);
    const { stdout } = await promisify(exec)(command);
    this.#note(name, (JSON.parse(stdout) as { pid: number }).pid);
  }
}

const readLogs = (data: string): string => {
  const folder = path.join(data, 'logs');
  return readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
};

function readLinkKeys(data: string): string[] {
  const secrets = JSON.parse(readFileSync(path.join(data, 'secrets.json'), 'utf8')) as Record<string, string>;
  return [secrets.LINK_TOKEN_KEYS ?? ''];
}

/** Up when it answers; a stack that does not come up throws with its own words. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const folder = openTemporaryFolder('e2e');
  const { path: data } = folder;
  const child = launch(data, options);
  folder.watch(child.pid);
  const line = await firstLine(child).catch((error: unknown) => {
    folder.remove();
    throw error;
  });
  const info = JSON.parse(line) as StackInfo;
  const sql = connect(info.database, { max: 4, name: 'cartwright-test', statementTimeoutMs: 30_000 });
  const connection = Connection.lazy({ address: info.temporal.address });
  const parts = new Parts(info);
  return {
    info,
    api: info.api,
    sql,
    temporal: new Client({ connection }),
    linkKeys: readLinkKeys(data),
    inbox: openTestInbox(info.mail),
    kill: (name) => parts.kill(name),
    restart: (name) => parts.restart(name),
    logs: () => readLogs(data),
    async stop() {
      await Promise.allSettled([sql.end({ timeout: 1 }), connection.close()]);
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      folder.remove();
    },
  };
}
