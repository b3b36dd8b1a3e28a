/** What the bare workflow understands, and where its worker listens. */
import { defineUpdate } from '@temporalio/workflow';

export const BARE_TASK_QUEUE = 'bench-bare';

export const incrementUpdate = defineUpdate<number, [by: number]>('increment');
