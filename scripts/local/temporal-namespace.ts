/**
 * Talks to Temporal's own API while it comes up: is the server there, does the namespace exist and answer.
 */
import { Connection } from '@temporalio/client';
import { UserError } from './user-error.ts';
import { waitUntil } from './wait-until.ts';

const RETENTION_SECONDS = 7 * 24 * 60 * 60;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

/** True when the server answers for a workflow that is not there: only then its inner services serve, too. */
export async function isTemporalReady(address: string): Promise<boolean> {
  return withConnection(address, 2_000, async ({ workflowService }) => {
    try {
      await workflowService.describeWorkflowExecution({
        namespace: 'default',
        execution: { workflowId: 'none' },
      });
      return true;
    } catch (error) {
      return codeOf(error) === NOT_FOUND;
    }
  });
}

/**
 * Makes the namespace where it is missing (finished workflows are kept for 7 days) and waits until it can be used. Safe to call
 * again and from several processes.
 */
export async function ensureNamespace(address: string, namespace: string): Promise<void> {
  await withConnection(address, 70_000, async ({ workflowService }) => {
    const isServed = async () => {
      try {
        // Counting goes through the namespace registry and the visibility store, which lag behind the registration.
        await workflowService.describeNamespace({ namespace });
        await workflowService.countWorkflowExecutions({ namespace });
        return true;
      } catch (error) {
        if (codeOf(error) === NOT_FOUND) await register(workflowService, namespace);
        return false;
      }
    };
    if (await waitUntil(isServed, { withinMs: 60_000, everyMs: 100 })) return;
    throw new UserError(`Temporal at ${address} does not serve the namespace '${namespace}' after 60 s.`);
  });
}

async function register(service: Connection['workflowService'], namespace: string): Promise<void> {
  try {
    await service.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as unknown as never, nanos: 0 },
      description: 'Cartwright',
    });
  } catch (error) {
    if (codeOf(error) !== ALREADY_EXISTS) throw error;
  }
}

const codeOf = (error: unknown): number | undefined => (error as { code?: number }).code;

async function withConnection<T>(
  address: string,
  timeoutMs: number,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = Connection.lazy({ address, connectTimeout: timeoutMs });
  try {
    return await connection.withDeadline(Date.now() + timeoutMs, () => use(connection));
  } finally {
    await connection.close();
  }
}
