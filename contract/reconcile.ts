/** What a reconcile run is told, and what it reports: between the API, the schedule, the workflow and its activities. */

/**
 * What can be wrong with a row of the read model:
 * `missing` there is none · `stale` it shows an earlier version · `divergent` it shows what the cart never was ·
 * `outdated` right, but in the form of an earlier release · `orphaned` open, and its workflow is gone ·
 * `duplicate` one of several open rows of one owner, and not the owner's.
 */
export const MISMATCH_KINDS = ['missing', 'stale', 'divergent', 'outdated', 'orphaned', 'duplicate'] as const;
export type MismatchKind = (typeof MISMATCH_KINDS)[number];

/** Registered names, as in workflows/messages.ts: the cart workflow, the query that tells all of its state, the signal that has it publish again. */
export const CART_WORKFLOW = 'cartWorkflow';
export const INSPECT_QUERY = 'inspect';
export const REPUBLISH_SIGNAL = 'republish';

/** Mismatches that a run names; all of them are counted. */
export const RECONCILE_SAMPLES = 20;

export interface ReconcileInput {
  trigger: 'schedule' | 'operator';
  /**
   * Every run compares all rows with what Temporal's index shows. Carts whose row and index disagree are asked themselves, and of the
   * others each one once in this many scheduled runs; 1 asks all of them.
   */
  cycle: number;
  /** How long after its last change a cart is certainly indexed; ms. */
  indexedAfterMs: number;
  /** Handed over at continue-as-new. */
  carried?: ReconcileProgress;
}

export interface ReconcileSample {
  workflowId: string;
  kind: MismatchKind;
  /** Columns, and members of the view, that differ. No values. */
  fields: string[];
  isRepaired: boolean;
}

/** Sums so far. */
export interface ReconcileTally {
  /** Open rows that were compared. */
  rows: number;
  /** Open cart workflows that were looked up. */
  carts: number;
  /** Carts that were asked for their state. */
  asked: number;
  mismatches: Partial<Record<MismatchKind, number>>;
  repaired: number;
  /** Mismatches left as they are: too many orphans at once, or two living carts of one owner. */
  unrepaired: number;
  /** Carts that did not answer: their workflow tasks fail, or no worker runs. */
  unanswered: number;
  /** Carts that changed faster than they could be compared. */
  unsettled: number;
  /** The first few mismatches. */
  samples: ReconcileSample[];
}

export interface ReconcileProgress extends ReconcileTally {
  /** Number of the run in `reconcile_runs`. */
  number: number;
  /** Which share of the carts is asked in this run: 0 … cycle − 1. */
  turn: number;
  phase: 'rows' | 'carts' | 'done';
  /** Rows closed whose carts are gone without a trace. */
  closed: number;
  /** Where the phase stands; undefined at its beginning. */
  cursor?: string;
}
