/**
 * Activities as the workflow sees them. Local ones: they run inside the workflow task, so that a write is published before it is
 * answered and costs one history event. One try each; the main loop decides when to try again.
 */
import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';

export const localActivities = (timeoutMs: number) =>
  proxyLocalActivities<Activities>({
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: timeoutMs,
    retry: { maximumAttempts: 1 },
  });
