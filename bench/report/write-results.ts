/** Keeps a run: a page for people and every raw value for whoever doubts it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, summarize } from '../figure.ts';
import type { Machine, Revision } from '../measure/machine.ts';
import { type Cells, HEADINGS, cellsOf } from './format.ts';

export interface Run {
  command: string;
  startedAt: string;
  tookSeconds: number;
  revision: Revision;
  machine: Machine;
  load: { before: number[]; after: number[] };
  rounds: number;
  isShort: boolean;
  figures: Figure[];
  /** Scenarios that could not be run. */
  failed: string[];
}

/** A second run of the same day and commit gets a number: nothing is written over. */
function freePath(folder: string, name: string): string {
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(`${path}.json`)) return path;
  }
}

/** Writes `<date>-<commit>.md` and `.json` (with `-dirty` where the code was not committed); answers the paths without suffix. */
export function writeResults(folder: string, run: Run): string {
  mkdirSync(folder, { recursive: true });
  const { commit, isClean } = run.revision;
  const name = [
    run.startedAt.slice(0, 10),
    commit,
    ...(isClean ? [] : ['dirty']),
    ...(run.isShort ? ['short'] : []),
  ];
  const path = freePath(folder, name.join('-'));
  const figures = run.figures.map((figure) => ({ ...figure, summary: summarize(figure) }));
  writeFileSync(`${path}.json`, `${JSON.stringify({ ...run, figures }, null, 1)}\n`);
  writeFileSync(`${path}.md`, page(run));
  return path;
}

function page(run: Run): string {
  const { machine, load, revision } = run;
  const cells = run.figures.map((figure) => cellsOf(figure, summarize(figure)));
  return [
    `# Bench of ${run.startedAt.slice(0, 10)}, commit ${revision.commit}${revision.isClean ? '' : ' and changes on top'}`,
    '',
    `\`${run.command}\` took ${Math.round(run.tookSeconds)} s, ${run.rounds} rounds${run.isShort ? ', short' : ''}.`,
    '',
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}, PostgreSQL ${machine.postgresql}, Temporal ${machine.temporal}.`,
    `Load average before: ${load.before.join(', ')}; after: ${load.after.join(', ')}. Everything ran on this machine, the load generator included: read the ratios, not the absolute figures.`,
    '',
    'Ours and the baseline took turns in each round, on the same Temporal server and PostgreSQL. Medians over the rounds; ratios are taken round by round.',
    '',
    markdownTable(cells),
    ...(run.failed.length > 0 ? ['', `Could not be run: ${run.failed.join(', ')}.`] : []),
    '',
    '## Baselines',
    '',
    ...run.figures.flatMap(({ title, baseline }) => (baseline ? [`- ${title}: ${baseline}`] : [])),
    '',
    '## Notes',
    '',
    ...run.figures.flatMap(({ notes = [] }) => notes.map((note) => `- ${note}`)),
    '',
    'Raw values: the JSON file of the same name.',
    '',
  ].join('\n');
}

function markdownTable(cells: Cells[]): string {
  const columns = Object.keys(HEADINGS) as (keyof Cells)[];
  const line = (row: Cells) => `| ${columns.map((column) => row[column]).join(' | ')} |`;
  return [line(HEADINGS), `|${columns.map(() => '---').join('|')}|`, ...cells.map(line)].join('\n');
}
