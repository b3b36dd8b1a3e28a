/**
 * A Temporal server of yours (TEMPORAL_ADDRESS, or Temporal Cloud with TLS and an API key): is it there, does the namespace exist.
 */
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ensureNamespace } from './temporal-namespace.ts';
import { UserError } from './user-error.ts';

const NOT_FOUND = 5;

/** Answers the namespace to use. On loopback a missing one is made; anywhere else that is for its operator to do. */
export async function ensureOwnNamespace(environment: NodeJS.ProcessEnv): Promise<string> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? environment['TEMPORAL_ADDRESS'] ?? '';
  const connection = Connection.lazy({ ...connectionOptions, connectTimeout: 10_000 });
  try {
    await connection.withDeadline(Date.now() + 10_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    if ((error as { code?: number }).code !== NOT_FOUND) {
      throw new UserError(
        `Temporal at ${address} (TEMPORAL_ADDRESS) does not answer: ${(error as Error).message}`,
      );
    }
    if (!/^(127\.|localhost|\[::1\])/.test(address)) {
      throw new UserError(
        `Temporal at ${address} has no namespace '${namespace}'. Make it there, or set TEMPORAL_NAMESPACE.`,
      );
    }
    await ensureNamespace(address, namespace);
  } finally {
    await connection.close();
  }
  return namespace;
}
