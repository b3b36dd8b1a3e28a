/**
 * Where Temporal is and what things are called there: namespace, task queue, workflow ids, connection. Local, self-hosted and
 * Temporal Cloud (TLS, API key) are told apart by the standard TEMPORAL_* variables and TOML profiles alone.
 * Source: https://docs.temporal.io/references/client-environment-configuration
 */
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** Task queue of the cart workers. */
export const TASK_QUEUE = 'cartwright';

const PREFIX = { guest: 'cart:g:', customer: 'cart:u:' } as const;

/** `cart:g:<guest id>` or `cart:u:<hash of the customer's subject>`: one active cart per owner by construction. */
export const cartWorkflowId = (kind: keyof typeof PREFIX, id: string): string => PREFIX[kind] + id;

/** Names of reconcile: its workflow, the schedule, and the ids of runs (the schedule adds the time to its own). */
export const RECONCILE = {
  workflow: 'reconcileWorkflow',
  scheduleId: 'reconcile',
  scheduledId: 'reconcile:scheduled',
  onDemandId: 'reconcile:on-demand',
} as const;

/** The same for retention. */
export const RETENTION = {
  workflow: 'retentionWorkflow',
  scheduleId: 'cartwright-retention',
  scheduledId: 'retention:scheduled',
  onDemandId: 'retention:on-demand',
} as const;

/**
 * Address, TLS, API key and namespace from TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS*,
 * TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE. Without any of them: 127.0.0.1:7233, namespace `default`.
 */
export function temporalConnection() {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return {
    connectionOptions: { ...connectionOptions, address: connectionOptions.address ?? '127.0.0.1:7233' },
    namespace: namespace ?? 'default',
  };
}
