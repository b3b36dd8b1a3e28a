/** What an operator reads of a retention run in Temporal UI. */
import { RETENTION_STEPS, RETENTION_TABLES, type RetentionProgress } from '../contract/retention.ts';

export function retentionDetails({ number, step, deleted, failed }: RetentionProgress): string {
  const place = step === undefined ? RETENTION_STEPS.length : RETENTION_STEPS.indexOf(step);
  const where =
    step === undefined ? '**finished**' : `at **${step}**, ${place} of ${RETENTION_STEPS.length} steps done`;
  const counts = RETENTION_TABLES.filter((table) => deleted[table]).map(
    (table) => `| ${table} | ${deleted[table]} |`,
  );
  return [
    `Run ${number}: ${where}`,
    ...(failed.length === 0 ? [] : ['', `Not done: ${failed.join(', ')}`]),
    ...(counts.length === 0 ? [] : ['', '| table | rows deleted |', '|---|---|', ...counts]),
  ].join('\n');
}
