/**
 * Gets the Temporal command-line tool in the way that @temporalio/testing does (from temporal.download), into a cache folder.
 * Runs in a child process, because the SDK's download cannot be called off and must be bounded in time.
 */
import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter } from './reporter.ts';
import { pause } from './wait-until.ts';

const HOST = 'temporal.download';
const LOOKUP_WITHIN_MS = 5_000;
const DOWNLOAD_WITHIN_MS = 180_000;

/** The tool's path, or a sentence saying why it is not there. A kept download is used again without asking the network. */
export async function downloadTemporal(
  folder: string,
  environment: NodeJS.ProcessEnv,
  report: Reporter,
): Promise<{ program: string } | { missed: string }> {
  const kept = downloadedProgram(folder);
  if (kept) return { program: kept };
  const hasProxy = Boolean(environment['HTTPS_PROXY'] || environment['https_proxy']);
  if (!hasProxy && !(await resolves(HOST)))
    return { missed: `${HOST} cannot be reached from here, so the SDK's download is skipped` };
  mkdirSync(folder, { recursive: true });
  const problem = await report.step('Temporal: downloading the command-line tool', () =>
    runDownload(folder, environment),
  );
  const program = downloadedProgram(folder);
  return program
    ? { program }
    : { missed: `the download from ${HOST} failed (${problem ?? 'nothing arrived'})` };
}

/** The SDK names the file temporal-sdk-typescript-<version>; one that is still arriving has another ending. */
function downloadedProgram(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((file) => /^temporal-sdk-typescript-[\d.]+(\.exe)?$/.test(file));
  return name && join(folder, name);
}

async function resolves(host: string): Promise<boolean> {
  const isKnown = lookup(host).then(
    () => true,
    () => false,
  );
  return Promise.race([isKnown, pause(LOOKUP_WITHIN_MS).then(() => false)]);
}

function runDownload(folder: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const script = fileURLToPath(new URL('./download-temporal-child.ts', import.meta.url));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, folder], {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: DOWNLOAD_WITHIN_MS,
      killSignal: 'SIGKILL',
    });
    let text = '';
    child.stderr?.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) =>
      resolve(
        code === 0
          ? undefined
          : text.trim().split('\n').at(-1) || `no answer in ${DOWNLOAD_WITHIN_MS / 1_000} s`,
      ),
    );
  });
}
