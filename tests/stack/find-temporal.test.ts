/** Where Temporal comes from: the order of the choices, and the sentence when there is none. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byAddress, byBuild, byPath, findTemporal } from '../../scripts/local/find-temporal.ts';
import { silentReporter } from '../../scripts/local/reporter.ts';
import { describeTemporalCli } from '../../scripts/local/temporal-cli.ts';
import { openDataFolder } from '../../scripts/local/data-folder.ts';
import { UserError } from '../../scripts/local/user-error.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cartwright-temporal-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): string {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** An environment in which nothing can be found but what a test puts there; the download's host never resolves in it. */
function lookIn(environment: Record<string, string>) {
  const nothing = { PATH: join(folder, 'bin'), CARTWRIGHT_CACHE: join(folder, 'cache') };
  return { environment: { ...nothing, ...environment }, report: silentReporter, withUi: true };
}

const noDownload = () => Promise.resolve({ missed: 'the download was left out' });
const offline = (environment: Record<string, string>) => ({
  ...lookIn(environment),
  steps: [byAddress, byPath, noDownload, byBuild],
});

describe('Temporal', () => {
  it('is the one at TEMPORAL_ADDRESS before everything else', async () => {
    program('temporal', 'echo temporal version 1.5.1');
    const found = await findTemporal(lookIn({ TEMPORAL_ADDRESS: 'temporal.example:7233' }));
    expect(found).toEqual({ kind: 'address', address: 'temporal.example:7233' });
  });

  it('is the command-line tool on PATH next', async () => {
    const path = program('temporal', 'echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"');
    expect(await findTemporal(lookIn({}))).toEqual({ kind: 'cli', program: path });
  });

  it('is not some other program of that name', async () => {
    program('temporal', 'echo "temporal: a calendar"');
    await expect(findTemporal(offline({}))).rejects.toThrow(/is not a working Temporal command-line tool/);
  });

  it('is the kept build when nothing else is there, without asking Go', async () => {
    const home = join(folder, 'cache/temporal-server-v1.32.1');
    const ui = join(folder, 'cache/temporal-ui-v2.54.1');
    for (const path of [home, ui]) mkdirSync(path, { recursive: true });
    expect(await findTemporal(offline({}))).toEqual({
      kind: 'built',
      server: join(home, 'server'),
      sqlTool: join(home, 'sql'),
      ui: join(ui, 'server'),
    });
  });

  it('is built again when an earlier build was interrupted', async () => {
    mkdirSync(join(folder, 'cache/temporal-server-v1.32.1.building-1'), { recursive: true });
    program('go', 'if [ "$1" = install ]; then : > "$GOBIN/server"; : > "$GOBIN/sql"; fi');
    const found = await findTemporal(offline({}));
    expect(found).toMatchObject({
      kind: 'built',
      server: join(folder, 'cache/temporal-server-v1.32.1/server'),
    });
  });

  it('comes without its web page when only that cannot be built', async () => {
    program('go', 'case "$*" in *ui-server*) echo "no such module" >&2; exit 1;; esac');
    const found = await findTemporal(offline({}));
    expect(found.kind).toBe('built');
    expect(found).not.toHaveProperty('ui');
  });

  it('is missed in one error that names every choice and why each failed', async () => {
    program('go', 'echo "module lookup disabled" >&2; [ "$1" = version ]');
    const missing = findTemporal(offline({}));
    await expect(missing).rejects.toThrow(UserError);
    const message = await missing.catch((error: Error) => error.message);
    for (const part of [
      '1. TEMPORAL_ADDRESS is not set',
      '2. there is no `temporal` program on PATH',
      '3. the download was left out',
      '4. building Temporal server with Go failed: module lookup disabled',
      'TEMPORAL_ADDRESS=host:7233 npm start',
      'brew install temporal',
      'https://go.dev/dl',
      'docker compose up',
    ]) {
      expect(message).toContain(part);
    }
  });

  it('says what to install on a machine without Go', async () => {
    await expect(findTemporal(offline({}))).rejects.toThrow(/no Go toolchain on PATH .*1\.26 or newer/);
  });
});

describe('the development server', () => {
  it('runs on loopback with its database in the data folder', () => {
    const data = openDataFolder(join(folder, 'data'));
    const { args } = describeTemporalCli(data, '/bin/temporal', 7233, undefined);
    expect(args.slice(0, 2)).toEqual(['server', 'start-dev']);
    expect(args[args.indexOf('--ip') + 1]).toBe('127.0.0.1');
    expect(args[args.indexOf('--db-filename') + 1]).toBe(data.file('temporal.db'));
    expect(args).toContain('--headless');
  });
});
