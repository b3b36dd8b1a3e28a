/**
 * Finds a Temporal server, in the order: an address that you give, the `temporal` program on PATH, the SDK's own download, a
 * build with Go. Each decision is said aloud; when nothing works, one error names every choice and how to get it.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './data-folder.ts';
import { downloadTemporal } from './download-temporal.ts';
import { type BuiltTemporal, buildTemporal } from './build-temporal.ts';
import type { Reporter } from './reporter.ts';
import { UserError } from './user-error.ts';

const run = promisify(execFile);

export type FoundTemporal =
  | { kind: 'address'; address: string }
  /** The development server of the command-line tool: one process with its own small database and the web page. */
  | { kind: 'cli'; program: string }
  /** The real server, on the same PostgreSQL as the shop. */
  | ({ kind: 'built' } & BuiltTemporal);

/** A step's answer: what it found, or why it did not. */
export type Step = { found: FoundTemporal } | { missed: string };

export interface FindTemporalOptions {
  environment: NodeJS.ProcessEnv;
  report: Reporter;
  withUi: boolean;
  /** Ends a build that is under way. */
  signal?: AbortSignal;
  /** Replaceable for tests, which cannot reach every step on every machine. */
  steps?: ((options: FindTemporalOptions) => Promise<Step>)[];
}

/** The first server that can be had. Throws a UserError with all choices when there is none. */
export async function findTemporal(options: FindTemporalOptions): Promise<FoundTemporal> {
  const missed: string[] = [];
  for (const step of options.steps ?? [byAddress, byPath, byDownload, byBuild]) {
    const outcome = await step(options);
    if ('found' in outcome) return outcome.found;
    options.report.note(`Temporal: ${outcome.missed}`);
    missed.push(outcome.missed);
  }
  throw new UserError(noTemporal(missed));
}

export async function byAddress({ environment }: FindTemporalOptions): Promise<Step> {
  const address = environment['TEMPORAL_ADDRESS'];
  return address ? { found: { kind: 'address', address } } : { missed: 'TEMPORAL_ADDRESS is not set' };
}

export async function byPath({ environment, report }: FindTemporalOptions): Promise<Step> {
  const program = onPath('temporal', environment);
  if (!program) return { missed: 'there is no `temporal` program on PATH' };
  const version = await versionOf(program);
  if (!version) return { missed: `${program} is not a working Temporal command-line tool` };
  report.note(`Temporal: using ${program} (${version}), database in the data folder`);
  return { found: { kind: 'cli', program } };
}

async function byDownload({ environment, report }: FindTemporalOptions): Promise<Step> {
  const outcome = await downloadTemporal(join(cacheFolder(environment), 'temporal-cli'), environment, report);
  if ('missed' in outcome) return outcome;
  report.note(`Temporal: using the downloaded ${outcome.program}`);
  return { found: { kind: 'cli', program: outcome.program } };
}

export async function byBuild({ environment, report, withUi, signal }: FindTemporalOptions): Promise<Step> {
  const outcome = await buildTemporal({
    cache: cacheFolder(environment),
    go: onPath('go', environment),
    environment,
    report,
    withUi,
    signal,
  });
  if ('missed' in outcome) return outcome;
  report.note('Temporal: using the server built with Go, on the same PostgreSQL');
  return { found: { kind: 'built', ...outcome } };
}

/** The first executable of that name in the environment's PATH. */
function onPath(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`, name] : [name];
  const candidates = (environment['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => names.map((file) => join(folder, file)));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 10_000 });
    return /^temporal version [^\n]*/i.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

function noTemporal(missed: string[]): string {
  return [
    'No Temporal server could be found or made:',
    ...missed.map((reason, index) => `  ${index + 1}. ${reason}`),
    '',
    'Choose one:',
    '  - A server that already runs:   TEMPORAL_ADDRESS=host:7233 npm start',
    '  - The command-line tool:        install it (https://docs.temporal.io/cli; macOS: brew install temporal), then npm start',
    '  - Internet access for the SDK:  it downloads the same tool from temporal.download',
    '  - Go 1.26 or newer:             install it (https://go.dev/dl); the server is then built once, in about 3 minutes',
    '  - Containers:                   docker compose up',
  ].join('\n');
}
