/** The sums of a reconcile run, and where it stands. Plain JSON: handed over at continue-as-new. */
import type { Findings } from '../activities/examine-carts.ts';
import type { Page } from '../activities/scan-carts.ts';
import { MISMATCH_KINDS, RECONCILE_SAMPLES, type ReconcileProgress } from '../contract/reconcile.ts';

/**
 * Rows that a run may close because their carts are gone without a trace: a hundred, or a tenth of what was compared. More than that
 * at once looks like a wrong namespace or a lost Temporal database, and is for people to decide.
 */
const CLOSES_MIN = 100;
const CLOSES_SHARE = 0.1;

export const mayClose = ({ rows, closed }: ReconcileProgress): number =>
  Math.max(CLOSES_MIN, Math.floor(rows * CLOSES_SHARE)) - closed;

export const startOf = ({ number, turn }: { number: number; turn: number }): ReconcileProgress => ({
  number,
  turn,
  phase: 'rows',
  rows: 0,
  carts: 0,
  asked: 0,
  mismatches: {},
  repaired: 0,
  unrepaired: 0,
  unanswered: 0,
  unsettled: 0,
  samples: [],
  closed: 0,
});

const AFTER = { rows: 'carts', carts: 'done', done: 'done' } as const;

/** A page's findings are added; a page without a cursor ends its phase. */
export function addFindings(progress: ReconcileProgress, page: Page, findings?: Findings): ReconcileProgress {
  const { cursor: _before, ...sums } = progress;
  const { phase } = progress;
  return {
    ...sums,
    ...(findings ? joined(progress, findings) : {}),
    rows: sums.rows + (phase === 'rows' ? page.count : 0),
    carts: sums.carts + (phase === 'carts' ? page.count : 0),
    ...(page.cursor === undefined ? { phase: AFTER[phase] } : { cursor: page.cursor }),
  };
}

function joined(sum: ReconcileProgress, found: Findings): Findings {
  const kinds = MISMATCH_KINDS.filter((kind) => sum.mismatches[kind] || found.mismatches[kind]);
  const count = (kind: (typeof kinds)[number]) => (sum.mismatches[kind] ?? 0) + (found.mismatches[kind] ?? 0);
  return {
    asked: sum.asked + found.asked,
    mismatches: Object.fromEntries(kinds.map((kind) => [kind, count(kind)])),
    repaired: sum.repaired + found.repaired,
    unrepaired: sum.unrepaired + found.unrepaired,
    unanswered: sum.unanswered + found.unanswered,
    unsettled: sum.unsettled + found.unsettled,
    samples: [...sum.samples, ...found.samples].slice(0, RECONCILE_SAMPLES),
    closed: sum.closed + found.closed,
  };
}
