/** Commands that look: search, inspect, audit, export. */
import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { compareReplay, replayTrail, type TrailEntry } from '../../cart/replay-trail.ts';
import type { CartView } from '../../contract/cart-view.ts';
import { type Context, contextOf, show } from '../context.ts';
import { EXIT, Failure } from '../failure.ts';
import { line, money, paint, pairs, table, time } from '../print.ts';

interface Summary {
  cartId: string;
  workflowId: string;
  version: number;
  status: string;
  ownerKind: string;
  ownerHash: string;
  currency: string;
  itemsCount: number;
  total: number;
  isLocked: boolean;
  abandonedAt: string | null;
  createdAt: string;
  updatedAt: string;
}

interface Inspected {
  cart: Summary;
  view: CartView;
  live: {
    status: string;
    version?: number;
    historyEvents: number;
    unpublished?: number;
    lock?: { reason: string; at: string };
  } | null;
  differences: string[];
}

interface AuditEntry extends TrailEntry {
  actor: string;
  requestId: string;
  at: string;
  operation: { sku?: string; lineId?: string; quantity?: number; reason?: string } | null;
}

const STATUSES = ['active', 'checkout', 'completed', 'merged', 'expired'];

const cartPath = (id: string): string => `/admin/carts/${encodeURIComponent(id)}`;

function statusOf({ status, isLocked, abandonedAt }: Summary) {
  const text = [status, abandonedAt ? 'abandoned' : '', isLocked ? 'locked' : ''].filter(Boolean).join(', ');
  return isLocked ? { text, style: 'yellow' as const } : text;
}

async function search(
  options: Record<string, string | boolean | undefined>,
  command: Command,
): Promise<void> {
  const context = contextOf(command);
  const { status, owner, ownerHash, sku, locked, abandoned, since, until, limit, cursor } = options as Record<
    string,
    string
  >;
  const query = { status, owner, ownerHash, sku, limit, cursor, changedFrom: since, changedTo: until };
  const page = await context.api.get<{ carts: Summary[]; nextCursor: string | null }>('/admin/carts', {
    ...query,
    locked: locked ? 'true' : undefined,
    abandoned: abandoned ? 'true' : undefined,
  });
  show(context, page, ({ carts, nextCursor }) => {
    if (carts.length === 0) return line('No cart is like that.');
    const rows = carts.map((cart) => [
      cart.cartId,
      statusOf(cart),
      `${cart.ownerKind} ${cart.ownerHash.slice(0, 8)}`,
      cart.itemsCount,
      { text: money(cart.total, cart.currency), style: 'bold' as const },
      time(cart.createdAt),
      time(cart.updatedAt),
    ]);
    table(['cart', 'status', 'owner', 'lines', 'total', 'made (UTC)', 'changed (UTC)'], rows);
    if (nextCursor) line(paint('dim', `\nMore: --cursor ${nextCursor}`));
  });
}

/** It runs, and nobody says what it holds. */
const isSilent = (live: Inspected['live']): boolean =>
  live?.status === 'RUNNING' && live.version === undefined;

function printCart({ cart, view, live, differences }: Inspected): void {
  pairs([
    ['cart', { text: cart.cartId, style: 'bold' }],
    ['status', statusOf(cart)],
    ['owner', `${cart.ownerKind} ${cart.ownerHash}`],
    ['version', `${cart.version} published, ${live?.version ?? 'unknown'} in the workflow`],
    [
      'workflow',
      `${cart.workflowId} (${live ? `${live.status.toLowerCase()}, ${live.historyEvents} events` : 'gone'})`,
    ],
    ['changed', `${time(cart.updatedAt)} UTC`],
    ...(cart.abandonedAt ? [['abandoned', `since ${time(cart.abandonedAt)} UTC`] as const] : []),
    ...(live?.lock
      ? [['lock', { text: `since ${time(live.lock.at)} UTC: ${live.lock.reason}`, style: 'yellow' }] as const]
      : []),
    ['total', { text: money(cart.total, cart.currency), style: 'bold' }],
  ]);
  line();
  const rows = view.lines.map(({ id, sku, title, quantity, unitPrice, lineTotal, available }) => [
    id,
    sku,
    title,
    quantity,
    money(unitPrice, view.currency),
    money(lineTotal, view.currency),
    available === 'inStock' ? '' : { text: available, style: 'yellow' as const },
  ]);
  if (rows.length === 0) line('No lines.');
  else table(['line', 'SKU', 'title', 'quantity', 'price', 'sum', ''], rows);
  for (const { message } of view.warnings) line(paint('yellow', `! ${message}`));
  for (const difference of differences) line(paint('red', `✗ ${difference}`));
  if (isSilent(live))
    line(paint('yellow', '! No worker answers for the workflow: nothing could be compared with it.'));
  if (differences.length > 0) line(`Mend it: cartctl repair ${cart.cartId} --reason …`);
}

async function inspect(id: string, _options: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const seen = await context.api.get<Inspected>(cartPath(id));
  show(context, seen, printCart);
  if (seen.differences.length > 0) process.exitCode = EXIT.found;
  else if (isSilent(seen.live)) process.exitCode = EXIT.unreachable;
}

/** Newest first, page after page. */
async function readHistory({ api }: Context, id: string, most: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null && entries.length < most) {
    const page: { entries: AuditEntry[]; nextCursor: string | null } = await api.get(
      `${cartPath(id)}/history`,
      {
        limit: String(Math.min(100, most - entries.length)),
        cursor,
      },
    );
    entries.push(...page.entries);
    cursor = page.nextCursor;
  }
  return entries;
}

const wordsOf = ({ operation }: AuditEntry): string => {
  const { sku, lineId, quantity, reason } = operation ?? {};
  return [lineId, sku, quantity === undefined ? undefined : `× ${quantity}`, reason && `“${reason}”`]
    .filter((word) => word !== undefined && word !== '')
    .join(' ');
};

async function audit(
  id: string,
  { replay, limit }: { replay?: boolean; limit: string },
  command: Command,
): Promise<void> {
  const context = contextOf(command);
  if (replay) return await replayCart(context, id);
  const entries = await readHistory(context, id, Number(limit));
  show(context, entries, () => {
    const rows = entries.map((entry) => [
      entry.version,
      time(entry.at),
      { text: entry.kind, style: 'bold' as const },
      wordsOf(entry),
      entry.actor.replace(/^(\w+:.{8}).*/, '$1'),
      entry.requestId,
    ]);
    table(['version', 'at (UTC)', 'what', '', 'who', 'request'], rows);
  });
}

async function replayCart(context: Context, id: string): Promise<void> {
  const entries = (await readHistory(context, id, Number.POSITIVE_INFINITY)).reverse();
  const { view } = await context.api.get<Inspected>(cartPath(id));
  const played = replayTrail(entries);
  const faults = played.ok ? compareReplay(played.cart, view) : [played.fault];
  show(context, { changes: entries.length, faults, ...(played.ok ? { cart: played.cart } : {}) }, () => {
    for (const fault of faults) line(paint('red', `✗ ${fault}`));
    if (faults.length === 0)
      line(`${paint('green', '✓')} ${entries.length} changes, played back, are the cart as it is.`);
  });
  if (faults.length > 0) process.exitCode = EXIT.found;
}

async function exportCart(id: string, { out }: { out?: string }, command: Command): Promise<void> {
  const { api } = contextOf(command);
  const text = `${JSON.stringify(await api.get(`${cartPath(id)}/export`), null, 2)}\n`;
  if (out === undefined) return void process.stdout.write(text);
  try {
    writeFileSync(out, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new Failure(`${out} cannot be written: ${(error as Error).message}`);
  }
  line(`Written to ${out}.`);
}

export function lookCommands(program: Command): void {
  program
    .command('search')
    .description('find carts, newest first')
    .addOption(new Option('--status <status>', 'how they are').choices(STATUSES))
    .option('--owner <subject>', 'a customer, by the sub of their tokens (hashed by the API, stored nowhere)')
    .option('--owner-hash <hash>', 'an owner as logs and Temporal show them')
    .option('--sku <sku>', 'carts that hold this SKU')
    .option('--locked', 'only locked carts')
    .option('--abandoned', 'only carts whose shopper has been away for the first delay')
    .option('--since <time>', 'changed at this time or later (2026-11-21T00:00:00Z)')
    .option('--until <time>', 'changed at this time or before')
    .option('--limit <n>', 'carts on a page', '20')
    .option('--cursor <cursor>', 'where the page before ended')
    .action(search);
  program
    .command('inspect <cart>')
    .description('one cart: what shoppers read, beside its workflow')
    .action(inspect);
  program
    .command('audit <cart>')
    .description('who changed what, newest first')
    .option('--replay', 'play the whole trail back and compare it with the cart')
    .option('--limit <n>', 'changes', '50')
    .action(audit);
  program
    .command('export <cart>')
    .description('everything about one cart as JSON, without personal data')
    .option('--out <file>', 'into a new file instead of the terminal')
    .action(exportCart);
}
