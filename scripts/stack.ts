/**
 * `npm run stack -- --json`: the whole system for tests, benches and fault injection, with two workers and two APIs on free ports.
 * Prints where everything is, then stays up until it is stopped; it is described in docs/operating/run.md.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { removeDataFolder } from './local/data-folder.ts';
import { checkMachine } from './local/check-machine.ts';
import { onStopSignals } from './local/on-stop-signals.ts';
import { createReporter } from './local/reporter.ts';
import { openSession } from './local/session.ts';
import { startStack } from './local/start-stack.ts';
import { explain } from './local/user-error.ts';

interface Options {
  json: boolean;
  data?: string;
  supervise: boolean;
  catalogue: 'demo' | 'test' | 'none';
  workers: number;
  apis: number;
  ui: boolean;
}

const count = (text: string): number => Math.max(0, Math.min(16, Math.trunc(Number(text)) || 0));

const command = new Command('npm run stack --')
  .description('Starts everything on loopback with free ports and prints where it is.')
  .option('--json', 'print one line of JSON on stdout when ready (everything else goes to stderr)', false)
  .option('--data <dir>', 'keep or find the state here (default: a new temporary folder, removed at the end)')
  .option('--supervise', 'start again what ends by itself', false)
  .addOption(
    new Option('--catalogue <name>', 'what the shop sells').choices(['test', 'demo', 'none']).default('test'),
  )
  .option('--workers <n>', 'worker processes', count, 2)
  .option('--apis <n>', 'API processes', count, 2)
  .option('--no-ui', 'without Temporal UI')
  .addHelpText(
    'after',
    `\nExamples:\n  npm run --silent stack -- --json\n  npm run stack -- --data /tmp/my-stack --supervise`,
  );

async function main(options: Options): Promise<void> {
  checkMachine();
  const report = createReporter(process.stderr);
  const dataDir = options.data ?? mkdtempSync(join(tmpdir(), 'cartwright-stack-'));
  const session = await openSession(dataDir, report);
  const finish = async (code: number) => {
    await session.stop();
    if (options.data === undefined) removeDataFolder(dataDir);
    process.exit(code);
  };
  onStopSignals(() => finish(0));
  try {
    const {
      stop: _stop,
      sampleSku: _sku,
      ...info
    } = await startStack(
      {
        ...options,
        dataDir,
        report,
        environment: process.env,
        withUi: options.ui,
        restarts: options.supervise,
      },
      session,
    );
    process.stdout.write(options.json ? `${JSON.stringify(info)}\n` : `${JSON.stringify(info, null, 2)}\n`);
  } catch (error) {
    if (session.stopping.aborted && error === session.stopping.reason) return;
    process.stderr.write(`\n${explain(error)}\n`);
    await finish(1);
  }
}

command
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  });
