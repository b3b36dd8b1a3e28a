/**
 * Activities as the workflow sees them. Local ones: they run inside the workflow task and cost one history event. One try each;
 * the main loop decides when to try again.
 */
import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { ReconcileActivities } from '../activities/create-reconcile-activities.ts';

/** `summary` is what operators read on the event in Temporal UI. */
export const localActivities = (timeoutMs: number, summary: string) =>
  proxyLocalActivities<Activities & Pick<ReconcileActivities, 'lookAfterCheckout'>>({
    summary,
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: timeoutMs,
    retry: { maximumAttempts: 1 },
  });
