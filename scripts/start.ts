/**
 * `npm start`: everything a storefront developer needs, from nothing but Node, in one command. Prints where things are and what to
 * try, and keeps it all running until Ctrl-C.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { checkMachine } from './local/check-machine.ts';
import { removeDataFolder } from './local/data-folder.ts';
import { livingLock } from './local/lock.ts';
import { onStopSignals } from './local/on-stop-signals.ts';
import { createPaint, createReporter } from './local/reporter.ts';
import { openSession } from './local/session.ts';
import { startStack } from './local/start-stack.ts';
import { UserError, explain } from './local/user-error.ts';
import { welcome } from './local/welcome.ts';

interface Options {
  data: string;
  port?: number;
  catalogue: 'demo' | 'test' | 'none';
  workers: number;
  apis: number;
  ui: boolean;
  reset: boolean;
}

const DEFAULT_PORTS = {
  api: 3000,
  temporal: 7233,
  temporalUi: 8233,
  postgres: 5433,
  worker: 9090,
  payments: 8880,
  inbox: 8025,
  inboxSmtp: 1025,
};

function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Write a whole number from ${min} to ${max}.`);
  };
}

const EXAMPLES = `
Examples:
  npm start                                   everything, with the demo shop's products
  npm start -- --port 4000                    the API on port 4000
  npm start -- --workers 2 --apis 2           two of each
  npm start -- --data /tmp/try --reset        a fresh start in a folder of its own
  DATABASE_URL=postgres://… npm start         with your PostgreSQL
  TEMPORAL_ADDRESS=localhost:7233 npm start   with your Temporal server

Ctrl-C stops everything it started. The data stays; the next start finds it again.
Every other setting comes from the environment: docs/reference/configuration.md`;

const command = new Command('npm start --')
  .description('Starts PostgreSQL, Temporal, a worker and the API on this machine, and shows where they are.')
  .option('--data <dir>', 'folder for the database, logs and secrets', '.data')
  .option('--port <n>', 'port of the API (default: 3000, or the next free one)', wholeNumber(1, 65_535))
  .addOption(
    new Option('--catalogue <name>', 'what the shop sells').choices(['demo', 'test', 'none']).default('demo'),
  )
  .option('--workers <n>', 'worker processes', wholeNumber(1, 16), 1)
  .option('--apis <n>', 'API processes', wholeNumber(1, 16), 1)
  .option('--no-ui', 'without Temporal UI')
  .option('--reset', 'first remove the data folder, if this tool made it', false)
  .addHelpText('after', EXAMPLES);

/** Ports that the user named; they are never moved. */
function askedPorts(options: Options) {
  const byEnvironment = (name: string) => {
    const port = Number(process.env[name]);
    return port > 0 ? { port, by: name } : undefined;
  };
  const api = options.port === undefined ? byEnvironment('API_PORT') : { port: options.port, by: '--port' };
  const worker = byEnvironment('WORKER_PORT');
  const payments = byEnvironment('PAYMENTS_PORT');
  const inbox = byEnvironment('INBOX_PORT');
  const inboxSmtp = byEnvironment('INBOX_SMTP_PORT');
  return {
    ...(api && { api }),
    ...(worker && { worker }),
    ...(payments && { payments }),
    ...(inbox && { inbox }),
    ...(inboxSmtp && { inboxSmtp }),
  };
}

function reset(dataDir: string): void {
  const holder = livingLock(dataDir);
  if (holder) throw new UserError(`${dataDir} is in use by process ${holder.pid}. Stop that one first.`);
  removeDataFolder(dataDir);
}

async function main(options: Options): Promise<void> {
  checkMachine();
  const report = createReporter(process.stdout);
  const paint = createPaint(process.stdout);
  process.stdout.write(`\n  ${paint.bold('Cartwright')}\n\n`);
  if (options.reset) reset(options.data);
  const session = await openSession(options.data, report);
  const finish = async (code: number) => {
    await session.stop();
    process.exit(code);
  };
  onStopSignals(() => {
    process.stdout.write(session.stopping.aborted ? '' : '\n');
    return finish(0);
  });
  try {
    const stack = await startStack(
      {
        ...options,
        dataDir: options.data,
        report,
        environment: process.env,
        withUi: options.ui,
        restarts: true,
        preferredPorts: DEFAULT_PORTS,
        askedPorts: askedPorts(options),
      },
      session,
    );
    process.stdout.write(welcome(stack, paint));
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
    process.stderr.write(`\n${explain(error)}\n`);
    process.exit(1);
  });
