/** Commands about the whole: health, reconcile, retention, token. */
import type { Command } from 'commander';
import { contextOf, type GlobalOptions, show } from '../context.ts';
import { EXIT } from '../failure.ts';
import { mintToken } from '../local-stack.ts';
import { line, paint, pairs, table, time } from '../print.ts';

interface Health {
  status: 'ok' | 'degraded';
  problems: string[];
  database: { isReachable: boolean; latencyMs: number };
  temporal: { isReachable: boolean; latencyMs: number };
  workers: { identity: string; lastSeenAt: string | null }[];
  publishLag: { carts: number; p50Ms: number | null; p95Ms: number | null; maxMs: number | null } | null;
  mails: { due: number; oldestDueMs: number } | null;
  alarms: { kind: string; count: number; oldestMs: number }[] | null;
  schedules: { id: string; isPaused: boolean; lastRunAt: string | null; nextRunAt: string | null }[];
}

const part = ({ isReachable, latencyMs }: Health['database']) =>
  isReachable
    ? { text: `answers in ${latencyMs} ms`, style: 'green' as const }
    : { text: 'does not answer', style: 'red' as const };

/** Of what could not be asked nothing is claimed. */
const workersOf = ({ temporal, workers }: Health) => {
  if (!temporal.isReachable) return 'unknown';
  return workers.length === 0
    ? { text: 'none', style: 'red' as const }
    : `${workers.length} seen in the last five minutes`;
};

function lagOf({ publishLag }: Health): string {
  if (publishLag === null) return 'unknown';
  const { p50Ms, p95Ms, maxMs, carts } = publishLag;
  if (p50Ms === null) return 'nothing changed in the last 15 minutes';
  return `${p50Ms} ms behind (p95 ${p95Ms} ms, at most ${maxMs} ms, ${carts} carts)`;
}

function mailsOf({ mails }: Health): string {
  if (mails === null) return 'unknown';
  if (mails.due === 0) return 'none waits';
  return `${mails.due} waiting, the first for ${Math.round(mails.oldestDueMs / 1_000)} s`;
}

function alarmsOf({ alarms }: Health) {
  if (alarms === null) return 'unknown';
  if (alarms.length === 0) return 'none waits';
  return { text: alarms.map(({ kind, count }) => `${count} ${kind}`).join(', '), style: 'red' as const };
}

function printHealth(found: Health): void {
  const { problems, database, temporal, workers, schedules } = found;
  pairs([
    ['database', part(database)],
    ['Temporal', part(temporal)],
    ['workers', workersOf(found)],
    ['read model', lagOf(found)],
    ['mails', mailsOf(found)],
    ['alarms', alarmsOf(found)],
  ]);
  if (workers.length > 0) {
    line();
    table(
      ['worker', 'last seen (UTC)'],
      workers.map(({ identity, lastSeenAt }) => [identity, time(lastSeenAt)]),
    );
  }
  if (schedules.length > 0) {
    line();
    const rows = schedules.map(({ id, isPaused, lastRunAt, nextRunAt }) => [
      id,
      isPaused ? { text: 'paused', style: 'yellow' as const } : 'on',
      time(lastRunAt),
      time(nextRunAt),
    ]);
    table(['schedule', '', 'last run (UTC)', 'next run (UTC)'], rows);
  }
  line();
  for (const problem of problems) line(paint('red', `✗ ${problem}`));
  if (problems.length === 0) line(`${paint('green', '✓')} All is well.`);
}

async function health(_options: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const found = await context.api.get<Health>('/admin/health');
  show(context, found, printHealth);
  if (found.status !== 'ok') process.exitCode = EXIT.found;
}

interface ReconcileRuns {
  runs: {
    number: number;
    trigger: string;
    status: string;
    startedAt: string;
    rows: number;
    asked: number;
    mismatches: Record<string, number>;
    repaired: number;
  }[];
}

function printRuns({ runs }: ReconcileRuns): void {
  if (runs.length === 0) return line('The read model has not been compared yet.');
  const found = (mismatches: Record<string, number>) =>
    Object.entries(mismatches)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ') || 'none';
  table(
    ['run', 'by', '', 'started (UTC)', 'rows', 'asked', 'mismatches', 'repaired'],
    runs.map((run) => [
      String(run.number),
      run.trigger,
      run.status,
      time(run.startedAt),
      String(run.rows),
      String(run.asked),
      found(run.mismatches),
      String(run.repaired),
    ]),
  );
}

async function reconcile({ start }: { start?: boolean }, command: Command): Promise<void> {
  const context = contextOf(command);
  if (!start) return show(context, await context.api.get<ReconcileRuns>('/admin/reconcile'), printRuns);
  const started = await context.api.post<{ isFresh: boolean }>('/admin/reconcile', {});
  show(context, started, ({ isFresh }) => {
    line(isFresh ? 'Started.' : 'One is under way already, and goes on.');
    line('`cartctl reconcile` shows what it finds.');
  });
}

interface RetentionRuns {
  runs: {
    number: number;
    trigger: string;
    status: string;
    startedAt: string;
    deleted: Record<string, number>;
    failed: string[];
  }[];
}

function printRetention({ runs }: RetentionRuns): void {
  if (runs.length === 0) return line('Nothing has been deleted yet.');
  const rows = (deleted: Record<string, number>) =>
    Object.entries(deleted)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'nothing';
  const left = (failed: string[]) => (failed.length === 0 ? '' : `; not done: ${failed.join(', ')}`);
  table(
    ['run', 'by', '', 'started (UTC)', 'rows deleted'],
    runs.map((run) => [
      String(run.number),
      run.trigger,
      run.status === 'failed' ? { text: run.status, style: 'red' as const } : run.status,
      time(run.startedAt),
      rows(run.deleted) + left(run.failed),
    ]),
  );
}

async function showRetention(_options: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  show(context, await context.api.get<RetentionRuns>('/admin/retention'), printRetention);
}

async function runRetention(_options: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const started = await context.api.post<{ isFresh: boolean }>('/admin/retention', {});
  show(context, started, ({ isFresh }) => {
    line(isFresh ? 'Started.' : 'One is under way already, and goes on.');
    line('`cartctl retention` shows what it deletes.');
  });
}

async function token({ subject, life }: { subject: string; life: string }, command: Command): Promise<void> {
  const { data } = command.optsWithGlobals<GlobalOptions>();
  line(await mintToken(data, subject, life));
}

export function systemCommands(program: Command): void {
  program.command('health').description('database, Temporal, workers, read model, schedules').action(health);
  program
    .command('reconcile')
    .description('the last comparison of the read model with the workflows')
    .option('--start', 'compare and mend everything now')
    .action(reconcile);
  const retention = program
    .command('retention')
    .description('what the last runs deleted that was not needed any more')
    .action(showRetention);
  retention.command('run').description('delete it now').action(runRetention);
  program
    .command('token')
    .description("an operator's token for the local stack (npm start)")
    .option('--subject <name>', 'whose it is; the audit trail keeps its hash', 'local-operator')
    .option('--life <time>', 'how long it is good', '12h')
    .action(token);
}
