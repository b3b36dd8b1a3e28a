/** What can be asked of a running reconcile. */
import { defineQuery } from '@temporalio/workflow';
import type { ReconcileProgress } from '../contract/reconcile.ts';

/** Undefined until it has begun. */
export const progressQuery = defineQuery<ReconcileProgress | undefined>('progress');
