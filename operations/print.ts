/** What cartctl prints: tables that line up, money and times as people write them. Colours only on a terminal (https://no-color.org). */
import { stripVTControlCharacters, styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

const isColoured = (): boolean =>
  process.stdout.isTTY === true && !('NO_COLOR' in process.env) && process.env['TERM'] !== 'dumb';

export const paint = (style: Style, text: string): string =>
  isColoured() ? styleText(style, text, { validateStream: false }) : text;

/** What came over the network must not move the cursor. */
const plain = (text: string): string => stripVTControlCharacters(text).replace(/\p{Cc}/gu, ' ');

export const line = (text = ''): void => void process.stdout.write(`${text}\n`);

export const printJson = (value: unknown): void => line(JSON.stringify(value, null, 2));

export type Cell = string | number | { text: string; style: Style };

const textOf = (cell: Cell): string => plain(typeof cell === 'object' ? cell.text : String(cell));

/** Numbers stand to the right, everything else to the left; the last column is not filled up. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => textOf(row[column] ?? '').length)),
  );
  const isNumber = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const fill = (text: string, column: number): string => {
    if (isNumber[column]) return text.padStart(widths[column] ?? 0);
    return column === head.length - 1 ? text : text.padEnd(widths[column] ?? 0);
  };
  line(paint('dim', head.map(fill).join('  ').trimEnd()));
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const text = fill(textOf(cell), column);
      return typeof cell === 'object' ? paint(cell.style, text) : text;
    });
    line(cells.join('  ').trimEnd());
  }
}

/** Pairs, names in one column. */
export function pairs(rows: readonly (readonly [name: string, value: Cell])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) {
    const text = textOf(value);
    const styled = typeof value === 'object' ? paint(value.style, text) : text;
    line(`${paint('dim', name.padEnd(width))}  ${styled}`);
  }
}

/** Minor units as people write them: `39.98 EUR`. */
export function money(amount: number, currency: string): string {
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}

/** `2026-11-21 17:44:13` in UTC. */
export const time = (instant: string | null | undefined): string =>
  instant ? instant.slice(0, 19).replace('T', ' ') : 'never';
