/** What can be asked of a running retention. */
import { defineQuery } from '@temporalio/workflow';
import type { RetentionProgress } from '../contract/retention.ts';

/** Undefined until it has begun. */
export const retentionProgressQuery = defineQuery<RetentionProgress | undefined>('progress');
