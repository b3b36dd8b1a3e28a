/** What an operator reads of a retention run in Temporal UI. */
import { RETENTION_TABLES, type RetentionInput, type RetentionProgress } from '../contract/retention.ts';

export function retentionDetails(
  { steps }: RetentionInput,
  { number, step, deleted, failed }: RetentionProgress,
): string {
  const place = step === undefined ? steps.length : steps.indexOf(step);
  const where =
    step === undefined ? '**finished**' : `at **${step}**, ${place} of ${steps.length} steps done`;
  const counts = RETENTION_TABLES.filter((table) => deleted[table]).map(
    (table) => `| ${table} | ${deleted[table]} |`,
  );
  return [
    `Run ${number}: ${where}`,
    ...(failed.length === 0 ? [] : ['', `Not done: ${failed.join(', ')}`]),
    ...(counts.length === 0 ? [] : ['', '| table | rows deleted |', '|---|---|', ...counts]),
  ].join('\n');
}
