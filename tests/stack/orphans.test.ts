/** Whoever starts a stack may be killed, with all that watched over it: what ran on its folder ends all the same, and the folder goes. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
/** On a busy machine: by itself it takes about two seconds. */
const GONE_WITHIN_MS = 45_000;

const owners: ChildProcess[] = [];

/** In a process group of its own, as in a terminal. */
function startOwner(): ChildProcess {
  const owner = spawn(process.execPath, ['--import', 'tsx', 'tests/stack/owner.ts'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  owners.push(owner);
  return owner;
}

afterEach(() => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL');
});

const commands = (columns: string): string[] =>
  execFileSync('ps', ['-axww', '-o', columns], { encoding: 'utf8' }).split('\n');

/** Where the owner's stack lies: its child was told. */
function folderOf(owner: ChildProcess): Promise<string> {
  return eventually(
    () => {
      const children = commands('ppid=,args=').filter((line) => line.trim().startsWith(`${owner.pid} `));
      return /--data (\S+)/.exec(children.join('\n'))?.[1] ?? false;
    },
    { within: 30_000, every: 100 },
  );
}

/** Supervisor, PostgreSQL and Temporal have the folder among their arguments, and so has who waits to end them. */
const workingOn = (folder: string) => commands('args=').filter((line) => line.includes(folder));

const runsPostgres = (folder: string) => workingOn(folder).some((line) => line.includes(' -D '));

async function untilGone(folder: string): Promise<void> {
  await eventually(
    () => {
      expect(workingOn(folder)).toEqual([]);
      expect(existsSync(folder)).toBe(false);
    },
    { within: GONE_WITHIN_MS, every: 200 },
  );
}

test('a stack ends when its owner and its supervisor were killed at one blow', async () => {
  const owner = startOwner();
  const folder = await folderOf(owner);
  await once(owner.stdout as NodeJS.ReadableStream, 'data');
  expect(runsPostgres(folder)).toBe(true);
  process.kill(-(owner.pid as number), 'SIGKILL');
  await untilGone(folder);
});

test('a series ends at once by Ctrl-C, with a sentence, and its half-started stack after it', async () => {
  const owner = startOwner();
  let said = '';
  owner.stderr?.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  const folder = await folderOf(owner);
  await eventually(() => runsPostgres(folder), { within: 60_000, every: 100 });
  const ended = once(owner, 'close');
  owner.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(said.trim()).toBe(
    'Interrupted. What it had started is being stopped, and is gone in a few seconds.',
  );
  await untilGone(folder);
});
