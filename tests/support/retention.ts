/** Retention as the workflow runs it, without a workflow: every step to its end, in small portions. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import {
  createRetentionActivities,
  type ForgetPortion,
  type ForgottenPortion,
} from '../../activities/create-retention-activities.ts';
import { readConfig } from '../../config.ts';
import { retentionOf } from '../../config-policies.ts';
import { type DeletedRows, RETENTION_STEPS, type RetentionPolicy } from '../../contract/retention.ts';
import type { Sql } from '../../database/client.ts';
import { beginRetentionRun } from '../../database/retention-runs.ts';

/** By the defaults of the settings. */
export const RETENTION_POLICY: RetentionPolicy = retentionOf(readConfig({}));

/** What was deleted in all. */
export async function retain(
  sql: Sql,
  { policy = RETENTION_POLICY, limit = 3 }: { policy?: RetentionPolicy; limit?: number } = {},
): Promise<DeletedRows> {
  const activities = createRetentionActivities({ sql, limit });
  const forget = (portion: ForgetPortion) => activities.forgetPortion(portion);
  const place = new MockActivityEnvironment();
  const runId = randomUUID();
  const number = await beginRetentionRun(sql, { trigger: 'operator', workflowId: 'test', runId });
  let total: DeletedRows = {};
  for (const step of RETENTION_STEPS) {
    let after: string | undefined;
    do {
      const portion = { number, step, policy, ...(after === undefined ? {} : { after }) };
      const done: ForgottenPortion = await place.run(forget, portion);
      total = done.total;
      after = done.next;
    } while (after !== undefined);
  }
  return total;
}
