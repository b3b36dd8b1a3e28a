#!/usr/bin/env node
/**
 * `npm run cartctl -- …`: what operators do, over the admin API. Tables for people, `--json` for machines, and an exit code for scripts:
 * 0 done, 1 refused, 2 wrong usage, 3 out of reach, 4 not allowed, 5 not found, 6 a check has found something.
 */
import { Command, CommanderError } from 'commander';
import { actCommands } from './commands/act.ts';
import { bulkCommand } from './commands/bulk.ts';
import { lookCommands } from './commands/look.ts';
import { systemCommands } from './commands/system.ts';
import { EXIT, Failure } from './failure.ts';
import { paint } from './print.ts';

const HELP = `
Environment:
  CARTCTL_URL     the API (default: that of npm start in this folder, else http://127.0.0.1:3000)
  CARTCTL_TOKEN   an operator's token

Examples:
  export CARTCTL_TOKEN=$(npm run --silent cartctl -- token)
  npm run --silent cartctl -- health
  npm run --silent cartctl -- search --sku MUG-STONE --status active
  npm run --silent cartctl -- lock <cart> --reason 'chargeback under review'
  npm run --silent cartctl -- audit <cart> --replay

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 out of reach, 4 not allowed, 5 not found, 6 a check has found something.`;

const program = new Command('cartctl')
  .description('Looks after the carts of a running shop.')
  .option('--url <url>', 'the API')
  .option('--token <token>', "an operator's token (better: CARTCTL_TOKEN, which no process list shows)")
  .option('--json', 'JSON instead of tables')
  .option('--data <dir>', 'folder of the local stack', '.data')
  .addHelpText('after', HELP)
  .showHelpAfterError('(--help tells what there is)')
  .exitOverride();
lookCommands(program);
actCommands(program);
program.addCommand(bulkCommand());
systemCommands(program);
for (const command of program.commands) {
  command.exitOverride();
  for (const inner of command.commands) inner.exitOverride();
}

// `… search | head` closes the pipe early, and that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

function end(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
    return;
  }
  const text = error instanceof Failure ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`${paint('red', '✗')} ${text}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : EXIT.failed;
}

program.parseAsync().catch(end);
