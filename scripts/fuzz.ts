/**
 * `npm run test:fuzz`: Schemathesis, with all its checks, on the OpenAPI file of a running system (its own, started here). Installs
 * itself into a Python environment under .build/. `--minutes 5 --seed 1`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { endAtOnce } from './local/end-at-once.ts';
import { createReporter } from './local/reporter.ts';
import { runProgram } from './local/run-program.ts';
import { startStack } from './local/start-stack.ts';
import { openTemporaryFolder } from './local/temporary-folder.ts';

const VERSION = '4.32.5';
const folder = path.resolve('.build/schemathesis');
const program = path.join(folder, 'bin', 'schemathesis');

async function run(command: string, args: string[]): Promise<void> {
  const status = await runProgram(command, args).catch((error: Error) => {
    throw new Error(`${command} cannot be run (${error.message}). Install Python 3.10 or newer with venv.`);
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}.`);
}

async function install(): Promise<void> {
  if (existsSync(program)) return;
  console.log(`Installing Schemathesis ${VERSION} into .build/schemathesis`);
  await run('python3', ['-m', 'venv', folder]);
  await run(path.join(folder, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]);
}

/** A guest with something in the cart, so that routes for lines find one. */
async function newGuest(api: string): Promise<string> {
  const response = await fetch(`${api}/cart/items`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sku: 'T-A', quantity: 1 }),
  });
  const token = response.headers.get('cart-token');
  if (!token) throw new Error(`No guest token from ${api}: ${response.status}`);
  return token;
}

const options = new Command()
  .description('Fuzzes the API from its own OpenAPI file; every check of Schemathesis is on.')
  .option('--minutes <n>', 'how long', '2')
  .option('--seed <n>', 'repeat a run', String(Date.now() % 100_000))
  .parse()
  .opts<{ minutes: string; seed: string }>();

endAtOnce();
await install();
const data = openTemporaryFolder('fuzz');
const stack = await startStack({
  dataDir: data.path,
  report: createReporter(process.stderr),
  environment: { ...process.env, RATE_LIMITS: 'off', LOG_LEVEL: 'warn' },
  withUi: false,
  apis: 1,
  workers: 1,
  catalogue: 'test',
  restarts: false,
});
try {
  const [api] = stack.api;
  const seconds = String(Math.round(Number(options.minutes) * 60));
  process.exitCode = await runProgram(program, [
    '--config-file',
    'tests/fuzz/schemathesis.toml',
    'run',
    `${api}/openapi.json`,
    '--checks=all',
    `--max-time=${seconds}`,
    `--seed=${options.seed}`,
    '--request-timeout=10',
    `--header=Cart-Token: ${await newGuest(api as string)}`,
  ]);
} finally {
  await stack.stop();
  data.remove();
}
