/** The data folder, its secrets and its lock: nothing foreign is ever touched, nothing stale is ever in the way. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkMachine } from '../../scripts/local/check-machine.ts';
import { openDataFolder, removeDataFolder } from '../../scripts/local/data-folder.ts';
import { tryLock } from '../../scripts/local/lock.ts';
import { identify, isAlive } from '../../scripts/local/process-identity.ts';
import { readSecrets } from '../../scripts/local/secrets.ts';
import { openSession } from '../../scripts/local/session.ts';
import { silentReporter } from '../../scripts/local/reporter.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cartwright-folder-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a data folder', () => {
  it('is made where nothing is, and found again', () => {
    const path = join(folder, 'new');
    expect(openDataFolder(path).path).toBe(path);
    expect(openDataFolder(path).path).toBe(path);
  });

  it('is refused where other things lie', () => {
    writeFileSync(join(folder, 'thesis.txt'), 'mine');
    expect(() => openDataFolder(folder)).toThrow(/holds other things/);
    expect(() => removeDataFolder(folder)).toThrow(/was not made by this tool/);
    expect(existsSync(join(folder, 'thesis.txt'))).toBe(true);
  });

  it('is removed when this tool made it', () => {
    openDataFolder(folder);
    removeDataFolder(folder);
    expect(existsSync(folder)).toBe(false);
  });

  it('names itself when it cannot be written', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => openDataFolder(join(file, 'data'))).toThrow(/cannot be written .* --data DIR/);
  });

  it('keeps its secrets, for its owner alone', () => {
    const data = openDataFolder(folder);
    const secrets = readSecrets(data);
    expect(readSecrets(data)).toEqual(secrets);
    expect(secrets.GUEST_TOKEN_KEYS).toMatch(/^k1:[\w-]{43}$/);
    expect(statSync(data.file('secrets.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(data.file('secrets.json'), 'utf8')).not.toContain('changeme');
  });
});

describe('the lock of a data folder', () => {
  it('names its holder to a second start', async () => {
    const session = await openSession(folder, silentReporter);
    await expect(openSession(folder, silentReporter)).rejects.toThrow(
      new RegExp(`in use by process ${process.pid}`),
    );
    await session.stop();
    await (await openSession(folder, silentReporter)).stop();
  });

  it('is taken over from a process that is gone', () => {
    const path = join(folder, 'lock');
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(path, JSON.stringify({ pid, startedAt: '1@gone' }));
    expect(tryLock(path)).toHaveProperty('release');
  });

  it('is taken over when another program has the old number now', () => {
    const path = join(folder, 'lock');
    writeFileSync(path, JSON.stringify({ pid: process.ppid, startedAt: 'long ago' }));
    expect(tryLock(path)).toHaveProperty('release');
  });

  it('is taken over when it was cut short', () => {
    const path = join(folder, 'lock');
    writeFileSync(path, '{"pid":');
    expect(tryLock(path)).toHaveProperty('release');
  });
});

describe('a process', () => {
  it('is told from a later one with the same number', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const identity = identify(child.pid ?? 0);
    if (!identity) throw new Error('the child is not visible');
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startedAt: 'another time' })).toBe(false);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect(isAlive(identity)).toBe(false);
  });
});

describe('a machine', () => {
  it('is refused with the cure when Node is too old', () => {
    expect(() => checkMachine('20.18.3')).toThrow(/Node 20\.19 or newer; you have 20\.18\.3/);
    expect(() => checkMachine('20.19.0')).not.toThrow();
    expect(() => checkMachine('24.1.0')).not.toThrow();
  });

  it('is refused with the cure when it is Windows', () => {
    expect(() => checkMachine('24.1.0', 'win32')).toThrow(/WSL 2/);
  });
});
