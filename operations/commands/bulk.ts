/** Commands that act on every open cart that holds a SKU. */
import { Command } from 'commander';
import { type Context, contextOf, show } from '../context.ts';
import { EXIT } from '../failure.ts';
import { line, paint, table, time } from '../print.ts';

interface BulkAction {
  id: string;
  type: string;
  sku: string;
  status: 'running' | 'done' | 'stopped' | 'failed';
  startedAt: string;
  endedAt: string | null;
  told: number;
  changed: number;
  gone: number;
}

const PATH = '/admin/bulk-actions';
const POLL_MS = 500;

const STYLES = { running: 'cyan', done: 'green', stopped: 'yellow', failed: 'red' } as const;

function printActions(actions: readonly BulkAction[]): void {
  if (actions.length === 0) return line('There is none.');
  const rows = actions.map(({ id, type, sku, status, told, changed, gone, startedAt }) => [
    id,
    type,
    sku,
    { text: status, style: STYLES[status] },
    told,
    changed,
    gone,
    time(startedAt),
  ]);
  table(['bulk action', 'act', 'SKU', 'status', 'told', 'changed', 'gone', 'started (UTC)'], rows);
}

/** Until it has ended. On a terminal the one line moves on. */
async function follow({ api, options }: Context, first: BulkAction): Promise<BulkAction> {
  const isLive = process.stdout.isTTY === true && !options.json;
  for (let state = first; ; ) {
    if (isLive)
      process.stdout.write(`\r${paint('dim', `${state.told} carts told, ${state.changed} changed`)} `);
    if (state.status !== 'running') {
      if (isLive) process.stdout.write('\r\u001b[2K');
      return state;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    state = await api.get<BulkAction>(`${PATH}/${first.id}`);
  }
}

interface StartOptions {
  sku: string;
  reason: string;
  notice?: string;
  key?: string;
  wait?: boolean;
}

const start =
  (action: 'reprice' | 'withdraw') =>
  async ({ sku, reason, notice, key, wait }: StartOptions, command: Command): Promise<void> => {
    const context = contextOf(command);
    const body = { action, sku, reason, ...(notice === undefined ? {} : { notice }) };
    const started = await context.api.post<BulkAction>(PATH, body, key);
    const state = wait ? await follow(context, started) : started;
    show(context, state, () => {
      printActions([state]);
      if (state.status === 'running') line(paint('dim', `\nFollow it: cartctl bulk show ${state.id}`));
    });
    if (state.status === 'failed') process.exitCode = EXIT.failed;
  };

async function list(_options: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const page = await context.api.get<{ bulkActions: BulkAction[] }>(PATH);
  show(context, page, ({ bulkActions }) => printActions(bulkActions));
}

async function see(id: string, { wait }: { wait?: boolean }, command: Command): Promise<void> {
  const context = contextOf(command);
  const first = await context.api.get<BulkAction>(`${PATH}/${encodeURIComponent(id)}`);
  show(context, wait ? await follow(context, first) : first, (state) => printActions([state]));
}

async function cancel(id: string, _options: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const state = await context.api.post<BulkAction>(`${PATH}/${encodeURIComponent(id)}/cancel`, {});
  show(context, state, () => printActions([state]));
}

export function bulkCommand(): Command {
  const bulk = new Command('bulk').description('act on every open cart that holds a SKU');
  const starting = (name: 'reprice' | 'withdraw', description: string) =>
    bulk
      .command(name)
      .description(description)
      .requiredOption('--sku <sku>', 'which')
      .requiredOption('--reason <text>', 'why; kept in the audit trail, without personal data')
      .option('--key <key>', 'idempotency key: the same one again is the same run')
      .option('--wait', 'until it has ended')
      .action(start(name));
  starting('reprice', 'bring its lines up to date with the catalogue');
  starting('withdraw', 'take its lines out; shoppers find a warning in their carts').option(
    '--notice <text>',
    'what shoppers read instead of the standard sentence',
  );
  bulk.command('list').description('the newest fifty').action(list);
  bulk.command('show <id>').description('how far one is').option('--wait', 'until it has ended').action(see);
  bulk.command('cancel <id>').description('stop after the batch under way').action(cancel);
  return bulk;
}
