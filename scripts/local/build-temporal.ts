/**
 * Builds the Temporal server, its schema tool and its web page from their published Go modules, once per version, into a cache
 * folder outside the checkout. An interrupted build is never mistaken for a whole one, and two starters build once.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acquireLock } from './lock.ts';
import type { Reporter } from './reporter.ts';

const SERVER = {
  version: 'v1.32.1',
  packages: ['go.temporal.io/server/cmd/server', 'go.temporal.io/server/cmd/tools/sql'],
};
const UI = { version: 'v2.54.1', packages: ['github.com/temporalio/ui-server/v2/cmd/server'] };
const BUILD_WITHIN_MS = 30 * 60_000;

const run = promisify(execFile);

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
    await options.report.step(
      `${title}: building ${target.version} with Go (first time: minutes)`,
      (progress) => install(options.go ?? 'go', target, draft, options.environment, progress),
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
  go: string,
  target: Target,
  folder: string,
  environment: NodeJS.ProcessEnv,
  progress: (detail: string) => void,
) {
  // GOOS and GOARCH would move the programs into a subfolder.
  const { GOOS: _os, GOARCH: _arch, ...rest } = environment;
  const modules = target.packages.map((path) => `${path}@${target.version}`);
  const env = { ...rest, GOBIN: folder, GOWORK: 'off' };
  await run(go, ['version'], { env });
  await new Promise<void>((resolve, reject) => {
    // -v names each package as it is compiled: the only sign of progress that the Go command gives.
    const child = spawn(go, ['install', '-v', ...modules], {
      env,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: BUILD_WITHIN_MS,
    });
    const tail: string[] = [];
    let packages = 0;
    child.stderr?.on('data', (piece: Buffer) => {
      for (const line of piece.toString().split('\n').filter(Boolean)) {
        if (!line.startsWith('go: ')) packages += 1;
        tail.splice(0, tail.length - 4, line);
        tail.push(line);
        progress(line.startsWith('go: ') ? line.slice(4) : `${packages} packages compiled`);
      }
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(tail.slice(-3).join(' | ') || `go ended with ${code}`)),
    );
  });
}
