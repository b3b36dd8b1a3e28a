/** The recorded events of workflows, for what only Temporal's own history can tell. */
import type { Client } from '@temporalio/client';
import type { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';

type HistoryEvent = NonNullable<ReturnType<typeof historyFromJSON>['events']>[number];

/** Oldest first. Without `runId`: of the latest run. */
export async function eventsOf(client: Client, workflowId: string, runId?: string): Promise<HistoryEvent[]> {
  return (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
}

/** Why workflow tasks of this run were thrown away and done again; empty where none was. */
export async function failedTasksOf(client: Client, workflowId: string, runId?: string): Promise<unknown[]> {
  const events = await eventsOf(client, workflowId, runId);
  return events.flatMap(({ workflowTaskFailedEventAttributes: failed }) => (failed ? [failed.cause] : []));
}
