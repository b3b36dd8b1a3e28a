/** What a bulk action understands. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { BulkProgress } from '../contract/bulk-action.ts';

/** How far it is. */
export const bulkProgressQuery = defineQuery<BulkProgress>('progress');

/** The batch under way is finished, and no other is begun; nothing is undone. */
export const bulkStopSignal = defineSignal('stop');
