/** Figures as people read them. */
import type { Figure, Summary } from '../figure.ts';

/** Three digits that count. */
function number(value: number | undefined): string {
  if (value === undefined) return '';
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return String(Math.round(value));
  return value.toFixed(magnitude >= 10 ? 1 : 2);
}

export interface Cells {
  title: string;
  ours: string;
  bare: string;
  ratio: string;
  target: string;
  met: string;
}

export function cellsOf(figure: Figure, summary: Summary): Cells {
  const { unit, target } = figure;
  const withUnit = (value: number | undefined) =>
    value === undefined ? '' : `${number(value)}${unit === '' ? '' : unit === '/s' ? '/s' : ` ${unit}`}`;
  const range = summary.spread.map(number).join('–');
  const sign = target?.is === 'atMost' ? '≤' : '≥';
  const isSpread = figure.rounds.length > 1;
  return {
    title: figure.title,
    ours: withUnit(summary.ours) + (summary.ratio === undefined && isSpread ? ` (${range})` : ''),
    bare: withUnit(summary.bare),
    ratio: summary.ratio === undefined ? '' : `${number(summary.ratio)}${isSpread ? ` (${range})` : ''}`,
    target: target ? `${sign} ${target.of === 'ratio' ? `${target.bound} ×` : withUnit(target.bound)}` : '',
    met: summary.isMet === undefined ? '' : summary.isMet ? 'yes' : 'NO',
  };
}

export const HEADINGS: Cells = {
  title: 'scenario',
  ours: 'ours',
  bare: 'bare',
  ratio: 'ratio (least–greatest)',
  target: 'target',
  met: 'met',
};
