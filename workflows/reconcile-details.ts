/** What an operator reads of a reconcile run in Temporal UI. */
import { MISMATCH_KINDS, type ReconcileInput, type ReconcileProgress } from '../contract/reconcile.ts';

const PHASES = {
  rows: 'comparing rows with carts',
  carts: 'looking for carts without a row',
  done: 'finished',
} as const;

export function reconcileDetails({ cycle }: ReconcileInput, progress: ReconcileProgress): string {
  const { number, turn, phase, rows, carts, asked, mismatches, samples } = progress;
  const share = cycle === 1 ? 'all carts are asked' : `share ${turn + 1} of ${cycle} is asked`;
  const { repaired, unrepaired, unanswered, unsettled } = progress;
  const counts = MISMATCH_KINDS.map((kind) => `| ${kind} | ${mismatches[kind] ?? 0} |`);
  return [
    `Run ${number}: **${PHASES[phase]}** (${share})`,
    '',
    `${rows} rows and ${carts} carts compared, ${asked} carts asked; ${repaired} rows repaired, ${unrepaired} left, ${unanswered} carts silent, ${unsettled} unsettled`,
    '',
    '| mismatch | rows |',
    '|---|---|',
    ...counts,
    '',
    ...samples.map(({ workflowId, kind, fields }) => `- \`${workflowId}\` ${kind} ${fields.join(', ')}`),
  ].join('\n');
}
