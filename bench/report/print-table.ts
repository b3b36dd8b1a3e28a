/** The result on the terminal. */
import { type Cells, HEADINGS } from './format.ts';

const COLUMNS = Object.keys(HEADINGS) as (keyof Cells)[];

export function tableText(rows: readonly Cells[]): string {
  const widths = COLUMNS.map((column) => Math.max(...[HEADINGS, ...rows].map((row) => row[column].length)));
  const line = (row: Cells) =>
    COLUMNS.map((column, index) => row[column].padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(HEADINGS), rule, ...rows.map(line)].join('\n');
}
