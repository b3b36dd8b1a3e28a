/**
 * Builds the Temporal server, its schema tool and its web page from their published Go modules, once per version, into a cache
 * folder outside the checkout. An interrupted build is never mistaken for a whole one, and two starters build once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from './lock.ts';
import type { Reporter } from './reporter.ts';

const SERVER = {
  version: 'v1.32.1',
  packages: ['go.temporal.io/server/cmd/server', 'go.temporal.io/server/cmd/tools/sql'],
};
const UI = { version: 'v2.54.1', packages: ['github.com/temporalio/ui-server/v2/cmd/server'] };
const BUILD_WITHIN_MS = 30 * 60_000;

export interface BuiltTemporal {
  server: string;
  sqlTool: string;
  /** Absent when the web page could not be built: everything else works without it. */
  ui?: string;
}

export interface BuildOptions {
  cache: string;
  /** Path of the Go command; undefined when there is none. */
  go: string | undefined;
  environment: NodeJS.ProcessEnv;
  report: Reporter;
  withUi: boolean;
  /** Ends the build when it fires. */
  signal?: AbortSignal | undefined;
}

/** The programs, from the cache or freshly built; else a sentence saying why not. */
export async function buildTemporal(options: BuildOptions): Promise<BuiltTemporal | { missed: string }> {
  const home = join(options.cache, `temporal-server-${SERVER.version}`);
  const problem = await ensureBuilt(home, 'Temporal server', SERVER, options);
  if (problem) return { missed: problem };
  const ui = await ensureUi(options);
  return { server: join(home, 'server'), sqlTool: join(home, 'sql'), ...(ui && { ui }) };
}

async function ensureUi(options: BuildOptions): Promise<string | undefined> {
  if (!options.withUi) return undefined;
  const home = join(options.cache, `temporal-ui-${UI.version}`);
  const problem = await ensureBuilt(home, 'Temporal UI', UI, options);
  if (!problem) return join(home, 'server');
  options.report.warn(`Temporal UI is missing: ${problem}`);
  return undefined;
}

type Target = typeof SERVER;

async function ensureBuilt(
  home: string,
  title: string,
  target: Target,
  options: BuildOptions,
): Promise<string | undefined> {
  if (existsSync(home)) return undefined;
  if (!options.go)
    return 'there is no Go toolchain on PATH to build the server with (https://go.dev/dl, 1.26 or newer)';
  mkdirSync(options.cache, { recursive: true });
  const lock = await acquireLock(`${home}.lock`, BUILD_WITHIN_MS);
  try {
    if (existsSync(home)) return undefined;
    removeDrafts(options.cache, `${home}.building-`);
    const draft = `${home}.building-${process.pid}`;
    mkdirSync(draft);
    await options.report.step(`${title}: building ${target.version} with Go, once`, (progress) =>
      install(options, target, draft, progress),
    );
    renameSync(draft, home);
    return undefined;
  } catch (error) {
    return `building ${title} with Go failed: ${(error as Error).message}`;
  } finally {
    lock.release();
  }
}

/** What an interrupted build left; safe, because the lock is held. */
function removeDrafts(cache: string, prefix: string): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (path.startsWith(prefix)) rmSync(path, { recursive: true, force: true });
  }
}

async function install(
  { go, environment, signal }: BuildOptions,
  target: Target,
  folder: string,
  progress: (detail: string) => void,
): Promise<void> {
  // GOOS and GOARCH would move the programs into a subfolder.
  const { GOOS: _os, GOARCH: _arch, ...rest } = environment;
  const modules = target.packages.map((path) => `${path}@${target.version}`);
  // -v names each package as it is compiled: the only sign of progress that the Go command gives.
  const child = spawn(go ?? 'go', ['install', '-v', ...modules], {
    env: { ...rest, GOBIN: folder, GOWORK: 'off' },
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: BUILD_WITHIN_MS,
    killSignal: 'SIGINT',
    ...(signal && { signal }),
  });
  const lastLines = watchBuild(child, progress);
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(lastLines().join(' | ') || `go ended with ${code}`)),
    );
  });
}

/** Tells what the build is at; answers its last lines, for an error. */
function watchBuild(child: ChildProcess, progress: (detail: string) => void): () => string[] {
  let lines: string[] = [];
  let packages = 0;
  child.stderr?.on('data', (piece: Buffer) => {
    const arrived = piece.toString().split('\n').filter(Boolean);
    packages += arrived.filter((line) => !line.startsWith('go: ')).length;
    lines = [...lines, ...arrived].slice(-3);
    progress(packages > 0 ? `${packages} packages compiled` : (lines.at(-1) ?? '').replace(/^go: /, ''));
  });
  return () => lines;
}
