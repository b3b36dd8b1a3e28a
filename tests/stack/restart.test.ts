/**
 * The whole local stack as a user runs it: `npm start` and `npm run stack`, killed in every way, found again by the next start.
 * Slow (each start takes a few seconds), and real: nothing here is replaced.
 */
import { type ChildProcess, exec, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/local/data-folder.ts';
import { findPort } from '../../scripts/local/find-ports.ts';
import {
  type ProcessIdentity,
  identify,
  isAlive,
  signalProcess,
} from '../../scripts/local/process-identity.ts';
import type { StackInfo } from '../../scripts/local/start-stack.ts';
import { type TemporaryFolder, openTemporaryFolder } from '../../scripts/local/temporary-folder.ts';
import { waitUntil } from '../../scripts/local/wait-until.ts';

const UP_WITHIN_MS = 120_000;

interface Run {
  child: ChildProcess;
  output: () => string;
  errors: () => string;
}

let temporary: TemporaryFolder;
let folder: string;
let port: number;
const runs: Run[] = [];

/** A caller's own servers would be used instead of the ones under test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, API_PORT: _api, ...rest } = process.env;
  return rest;
}

function run(script: string, ...args: string[]): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'scripts', script), ...args], {
    cwd: ROOT,
    env: cleanEnvironment(),
  });
  temporary.watch(child.pid);
  let output = '';
  let errors = '';
  child.stdout?.on('data', (piece: Buffer) => {
    output += piece.toString();
  });
  child.stderr?.on('data', (piece: Buffer) => {
    errors += piece.toString();
  });
  const started = { child, output: () => output, errors: () => errors };
  runs.push(started);
  return started;
}

const ended = ({ child }: Run) => child.exitCode !== null || child.signalCode !== null;

async function untilPrinted(started: Run, text: string): Promise<void> {
  await waitUntil(() => started.output().includes(text) || ended(started), { withinMs: UP_WITHIN_MS });
  if (!started.output().includes(text))
    throw new Error(`It did not come up:\n${started.output()}\n${started.errors()}`);
}

async function npmStart(): Promise<Run> {
  const started = run('start.ts', '--data', folder, '--port', String(port), '--no-ui');
  await untilPrinted(started, 'Ctrl-C stops everything');
  return started;
}

async function stop(started: Run): Promise<void> {
  started.child.kill('SIGINT');
  expect(await waitUntil(() => ended(started), { withinMs: 60_000 })).toBe(true);
}

const recorded = (name: string): ProcessIdentity =>
  JSON.parse(readFileSync(join(folder, 'processes', name), 'utf8')) as ProcessIdentity;
const recordedProcesses = () => readdirSync(join(folder, 'processes')).map(recorded);

async function addItem(quantity: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/cart/items`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sku: 'BASKET-WILLOW', quantity }),
  });
  expect(response.status).toBe(201);
  return response.headers.get('cart-token') ?? '';
}

async function totalQuantity(api: string, token: string): Promise<number> {
  const response = await fetch(`${api}/cart`, { headers: { 'cart-token': token } });
  return ((await response.json()) as { totalQuantity: number }).totalQuantity;
}

beforeAll(async () => {
  temporary = openTemporaryFolder('restart');
  folder = temporary.path;
  port = await findPort({ label: 'the API' }, new Set());
});

afterEach(async () => {
  for (const started of runs.splice(0)) {
    if (!ended(started)) await stop(started);
  }
});

afterAll(() => temporary.remove());

describe('npm start', () => {
  it('finds every cart again after Ctrl-C, which stops all it had started', async () => {
    const first = await npmStart();
    const token = await addItem(2);
    const processes = recordedProcesses();
    await stop(first);
    expect(first.child.exitCode).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
    await npmStart();
    expect(await totalQuantity(`http://127.0.0.1:${port}`, token)).toBe(2);
  });

  it('finds every cart again after a kill -9 of the whole tree', async () => {
    const first = await npmStart();
    const token = await addItem(3);
    first.child.kill('SIGKILL');
    for (const identity of recordedProcesses()) signalProcess(identity, 'SIGKILL', 'group');
    await waitUntil(() => ended(first), { withinMs: 10_000 });
    await npmStart();
    expect(await totalQuantity(`http://127.0.0.1:${port}`, token)).toBe(3);
  });

  it('ends what a killed starter left running, and starts anew', async () => {
    const first = await npmStart();
    const token = await addItem(4);
    const orphans = recordedProcesses();
    first.child.kill('SIGKILL');
    await waitUntil(() => ended(first), { withinMs: 10_000 });
    expect(orphans.every(isAlive)).toBe(true);
    const second = await npmStart();
    expect(second.output()).toContain('left behind');
    expect(orphans.some(isAlive)).toBe(false);
    expect(await totalQuantity(`http://127.0.0.1:${port}`, token)).toBe(4);
  });

  it('brings back a worker that was killed, and refuses a second start on its folder', async () => {
    await npmStart();
    const second = run('start.ts', '--data', folder);
    await waitUntil(() => ended(second), { withinMs: 30_000 });
    expect(second.child.exitCode).toBe(1);
    expect(second.errors()).toMatch(/is in use by process \d+/);
    const killed = recorded('worker-1.json');
    signalProcess(killed, 'SIGKILL');
    const isBack = () => recorded('worker-1.json').pid !== killed.pid && isAlive(recorded('worker-1.json'));
    expect(await waitUntil(isBack, { withinMs: 30_000 })).toBe(true);
  });

  it('names a taken port that was asked for, and leaves nothing behind', async () => {
    await npmStart();
    const other = mkdtempSync(join(tmpdir(), 'cartwright-other-'));
    const second = run('start.ts', '--data', other, '--port', String(port));
    await waitUntil(() => ended(second), { withinMs: 60_000 });
    expect(second.errors()).toMatch(new RegExp(`Port ${port} .*--port`));
    expect(readdirSync(join(other, 'processes'))).toEqual([]);
    rmSync(other, { recursive: true, force: true });
  });

  it('explains itself', async () => {
    const { child, output } = run('start.ts', '--help');
    await waitUntil(() => child.exitCode !== null, { withinMs: 30_000 });
    for (const word of [
      '--data',
      '--port',
      '--catalogue',
      '--workers',
      '--apis',
      '--no-ui',
      '--reset',
      'Examples:',
      'DATABASE_URL',
    ]) {
      expect(output()).toContain(word);
    }
  });
});

describe('npm run stack -- --json', () => {
  const shell = promisify(exec);

  async function restart(stack: StackInfo, name: string): Promise<number> {
    const { restart: command } = stack.processes.find((process) => process.name === name) ?? {
      restart: 'false',
    };
    const { stdout } = await shell(command, { cwd: '/', timeout: 120_000 });
    return (JSON.parse(stdout) as { pid: number }).pid;
  }

  it('prints one line, keeps what was killed down, and brings it back by its restart command, in any order', async () => {
    const started = run('stack.ts', '--json', '--no-ui');
    await untilPrinted(started, '\n');
    const stack = JSON.parse(started.output()) as StackInfo;
    expect(started.output().trimEnd().split('\n')).toHaveLength(1);
    expect(stack.api).toHaveLength(2);
    const names = stack.processes.map(({ name }) => name);
    expect(names).toEqual([
      'postgres',
      'temporal',
      'payments',
      'inbox',
      'worker-1',
      'worker-2',
      'api-1',
      'api-2',
    ]);
    const identities = new Map(stack.processes.map(({ name, pid }) => [name, identify(pid)]));

    for (const victim of ['api-1', 'worker-2', 'payments', 'inbox', 'postgres', 'temporal']) {
      const identity = identities.get(victim);
      if (!identity) throw new Error(`${victim} is not running`);
      signalProcess(identity, 'SIGKILL');
      await waitUntil(() => !isAlive(identity), { withinMs: 10_000 });
    }
    expect(await waitUntil(() => started.errors().includes('PostgreSQL is down'), { withinMs: 10_000 })).toBe(
      true,
    );
    const survivors = ['worker-1', 'api-2'].map((name) => identities.get(name));
    expect(survivors.every((identity) => identity && isAlive(identity))).toBe(true);

    // The hardest order: each before what it needs.
    for (const name of ['api-1', 'worker-2', 'payments', 'inbox', 'temporal', 'postgres']) {
      const pid = await restart(stack, name);
      expect(identify(pid)).toBeDefined();
      expect(await restart(stack, name)).toBe(pid);
    }
    for (const api of stack.api) {
      const isReady = () =>
        fetch(`${api}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        );
      expect(await waitUntil(isReady, { withinMs: 30_000 })).toBe(true);
    }
    await stop(started);
    expect(existsSync(stack.data)).toBe(false);
  });
});
