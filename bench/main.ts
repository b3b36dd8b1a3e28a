/**
 * `npm run bench`: measures the whole system beside the least that could do the same work, on the same servers, in turns. Targets are
 * shown, not enforced: the exit code says only whether the bench could run.
 */
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { checkMachine } from '../scripts/local/check-machine.ts';
import { ROOT } from '../scripts/local/data-folder.ts';
import { onStopSignals } from '../scripts/local/on-stop-signals.ts';
import { createReporter } from '../scripts/local/reporter.ts';
import { UserError, explain } from '../scripts/local/user-error.ts';
import { summarize } from './figure.ts';
import { describeMachine, describeRevision, machineLoad } from './measure/machine.ts';
import { cellsOf } from './report/format.ts';
import { tableText } from './report/print-table.ts';
import { type Run, writeResults } from './report/write-results.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios/all.ts';
import { type Stage, openStage } from './stage/stage.ts';

interface Options {
  scenario: string[];
  short: boolean;
  rounds?: number;
  out: string;
  stack?: string;
  idleCarts?: number;
}

const ids = SCENARIOS.map(({ id }) => id);

function collect(text: string, former: string[]): string[] {
  const wanted = text.split(',').filter((id) => id !== '');
  const unknown = wanted.find((id) => !ids.includes(id));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no '${unknown}'. There are: ${ids.join(', ')}.`);
  return [...former, ...wanted];
}

function roundsOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 50) throw new InvalidArgumentError('Write 1 to 50.');
  return count;
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    throw new InvalidArgumentError('Write 1 to 100000.');
  return count;
}

const command = new Command('npm run bench --')
  .description('Measures the system beside bare baselines and writes a dated result.')
  .option('--scenario <id>', `only this one (again for more): ${ids.join(', ')}`, collect, [])
  .option('--short', 'two rounds of small blocks: shows that it works, measures little', false)
  .option('--rounds <n>', 'turns of ours and the baseline (default: 5; short: 2)', roundsOf)
  .option('--idle-carts <n>', 'carts of the scenario idle-carts (default: 10000; short: 300)', countOf)
  .option('--out <dir>', 'where the result goes', join(ROOT, 'bench/results'))
  .option('--stack <file>', 'use the stack whose line of JSON (npm run stack -- --json) is in this file');

/** As it could be typed again, without paths of this machine. */
const commandLine = ({ scenario, short, rounds, idleCarts }: Options): string =>
  [
    'npm run bench --',
    ...scenario.map((id) => `--scenario ${id}`),
    ...(short ? ['--short'] : []),
    ...(rounds ? [`--rounds ${rounds}`] : []),
    ...(idleCarts ? [`--idle-carts ${idleCarts}`] : []),
  ]
    .join(' ')
    .replace(/ --$/, '');

async function measure(
  stage: Stage,
  options: Options,
  report: ReturnType<typeof createReporter>,
  isStopping: () => boolean,
): Promise<Run> {
  const wanted = SCENARIOS.filter(({ id }) => options.scenario.length === 0 || options.scenario.includes(id));
  const startedAt = new Date();
  const before = machineLoad();
  const figures: Run['figures'] = [];
  const failed: string[] = [];
  for (const scenario of wanted) {
    try {
      figures.push(...(await report.step(scenario.title, () => runOne(stage, scenario))));
    } catch (error) {
      // Whoever stopped the bench took its parts away: nothing else can be measured.
      if (isStopping()) throw error;
      failed.push(scenario.id);
      report.warn(String((error as Error).stack));
    }
  }
  return {
    command: commandLine(options),
    startedAt: startedAt.toISOString(),
    tookSeconds: (Date.now() - startedAt.getTime()) / 1_000,
    revision: describeRevision(),
    machine: await describeMachine(stage),
    load: { before, after: machineLoad() },
    rounds: stage.rounds,
    isShort: stage.isShort,
    figures,
    failed,
  };
}

async function runOne(stage: Stage, scenario: Scenario): Promise<Run['figures']> {
  await stage.crew.keep({ workers: 1, apis: 1 });
  return scenario.run(stage);
}

async function main(options: Options): Promise<void> {
  checkMachine();
  const report = createReporter(process.stderr);
  const { idleCarts } = options;
  const extent = {
    rounds: options.rounds ?? (options.short ? 2 : 5),
    isShort: options.short,
    ...(idleCarts === undefined ? {} : { idleCarts }),
  };
  const stage = await openStage(report, extent, options.stack);
  let isStopping = false;
  const finish = async (code: number) => {
    if (isStopping) return;
    isStopping = true;
    await report.step('Stopping', () => stage.close());
    process.exit(code);
  };
  onStopSignals(() => finish(130));
  try {
    const run = await measure(stage, options, report, () => isStopping);
    process.stdout.write(
      `\n${tableText(run.figures.map((figure) => cellsOf(figure, summarize(figure))))}\n\n`,
    );
    const path = writeResults(options.out, run);
    process.stderr.write(`Written: ${path}.md and .json\n`);
    await finish(run.failed.length > 0 ? 1 : 0);
  } catch (error) {
    if (!isStopping)
      process.stderr.write(
        `\n${error instanceof UserError ? explain(error) : String((error as Error).stack)}\n`,
      );
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
