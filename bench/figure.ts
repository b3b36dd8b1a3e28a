/** One row of the report: a quantity measured in rounds, beside its bare counterpart where there is one, and what it should reach. */
import { median } from './measure/statistics.ts';

export interface Round {
  ours: number;
  /** The baseline's value, measured directly before or after. */
  bare?: number;
  /** Everything else that was seen, for the JSON file. */
  detail?: Record<string, unknown>;
}

/** A number that one side of a round was seen to have, by its name in the detail. */
export function seen({ detail }: Round, side: 'ours' | 'bare', name: string): number {
  const value = (detail?.[side] as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'number' ? value : Number.NaN;
}

export interface Target {
  /** What is held against the bound: the ratio to the baseline or the value itself. */
  of: 'ratio' | 'ours';
  bound: number;
  is: 'atMost' | 'atLeast';
}

export interface Figure {
  title: string;
  unit: string;
  rounds: Round[];
  target?: Target;
  /** How rounds become one value. The worst one counts where a stall is what is looked for. */
  over?: 'median' | 'max';
  /** What `bare` is, where it is not obvious. */
  baseline?: string;
  notes?: string[];
}

export interface Summary {
  ours: number;
  bare?: number;
  ratio?: number;
  /** Least and greatest of the rounds: of the ratio where there is one, else of the value. */
  spread: [number, number];
  isMet?: boolean;
}

const collapse = (values: number[], over: Figure['over']): number =>
  over === 'max' ? Math.max(...values) : median(values);

/** Ratios are taken round by round: both sides of a round saw the same machine. */
export function summarize({ rounds, target, over }: Figure): Summary {
  const ours = collapse(
    rounds.map((round) => round.ours),
    over,
  );
  const pairs = rounds.flatMap((round) => (round.bare === undefined ? [] : [round.ours / round.bare]));
  const bares = rounds.flatMap((round) => round.bare ?? []);
  const ratio = pairs.length > 0 ? collapse(pairs, over) : undefined;
  const spreadOf = pairs.length > 0 ? pairs : rounds.map((round) => round.ours);
  const value = target?.of === 'ratio' ? ratio : ours;
  const isMet =
    target && value !== undefined && (target.is === 'atMost' ? value <= target.bound : value >= target.bound);
  return {
    ours,
    ...(bares.length > 0 && { bare: collapse(bares, over) }),
    ...(ratio !== undefined && { ratio }),
    spread: [Math.min(...spreadOf), Math.max(...spreadOf)],
    ...(isMet !== undefined && { isMet }),
  };
}
