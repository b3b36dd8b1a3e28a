/**
 * The built Temporal server as a component: its databases and tables in the shared PostgreSQL, its settings, its ports. All four
 * of its services run in one process, on loopback.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { BuiltTemporal } from './build-temporal.ts';
import { type Component, STAGE } from './component.ts';
import type { DataFolder } from './data-folder.ts';
import { ensureDatabases } from './postgres-databases.ts';

const run = promisify(execFile);

/** Ports of the server's inner services; only `frontend` is for others. */
export interface TemporalPorts {
  frontend: number;
  inner: number[];
}

/** How many inner ports `TemporalPorts` must bring. */
export const INNER_PORTS = 7;

export interface TemporalDatabases {
  /** URLs of the two databases. */
  main: string;
  visibility: string;
}

/** Names the databases; on a PostgreSQL of your own they carry its database's name, so that they meet no one else's. */
export function temporalDatabases(url: string, prefix: string): TemporalDatabases {
  const named = (name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  return { main: named(`${prefix}temporal`), visibility: named(`${prefix}temporal_visibility`) };
}

const nameOf = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1));

/** Makes both databases and brings their tables to this server's version. Nothing happens when they are there already. */
export async function prepareTemporalDatabases(
  url: string,
  databases: TemporalDatabases,
  built: BuiltTemporal,
) {
  await ensureDatabases(url, [nameOf(databases.main), nameOf(databases.visibility)]);
  await Promise.all([
    updateSchema(databases.main, 'postgresql/v12/temporal', built.sqlTool),
    updateSchema(databases.visibility, 'postgresql/v12/visibility', built.sqlTool),
  ]);
}

async function updateSchema(url: string, schema: string, sqlTool: string): Promise<void> {
  const tool = (...args: string[]) => run(sqlTool, args, { env: sqlEnvironment(url), timeout: 120_000 });
  await tool('setup-schema', '-v', '0.0');
  await tool('update-schema', '--schema-name', schema);
}

/** Credentials go by environment: arguments are visible to every account of the machine. */
function sqlEnvironment(url: string): Record<string, string> {
  const { hostname, port, username, password } = new URL(url);
  return {
    SQL_PLUGIN: 'postgres12',
    SQL_HOST: hostname,
    SQL_PORT: port || '5432',
    SQL_USER: decodeURIComponent(username),
    SQL_PASSWORD: decodeURIComponent(password),
    SQL_DATABASE: nameOf(url),
  };
}

/** Writes the server's settings into the data folder and describes the process. */
export function describeTemporalServer(
  folder: DataFolder,
  built: BuiltTemporal,
  ports: TemporalPorts,
  databases: TemporalDatabases,
): Component {
  mkdirSync(folder.file('temporal'), { recursive: true, mode: 0o700 });
  const dynamic = folder.file('temporal', 'dynamic.yaml');
  const settings = folder.file('temporal', 'server.yaml');
  writeFileSync(dynamic, stringify(dynamicSettings()));
  writeFileSync(settings, stringify(serverSettings(ports, databases, dynamic)), { mode: 0o600 });
  return {
    name: 'temporal',
    stage: STAGE.temporal,
    command: built.server,
    args: ['--config-file', settings, '--allow-no-auth', 'start'],
    cwd: folder.path,
    env: {},
    inheritsEnvironment: false,
    ready: { kind: 'temporal', address: `127.0.0.1:${ports.frontend}` },
    readyWithinMs: 60_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 20_000,
    needs: ['postgres'],
  };
}

/** Time skipping is for tests; it does nothing until a workflow asks for it. A new namespace and its search attributes count at once. */
function dynamicSettings(): Record<string, { value: unknown }[]> {
  return {
    'system.namespaceCacheRefreshInterval': [{ value: '200ms' }],
    'frontend.WorkflowTimeSkippingEnabled': [{ value: true }],
    'system.enableEagerWorkflowStart': [{ value: true }],
  };
}

function serverSettings(ports: TemporalPorts, databases: TemporalDatabases, dynamic: string) {
  const [matching, history, worker, ...membership] = ports.inner;
  const rpc = (grpcPort: number | undefined, member: number) => ({
    rpc: { grpcPort, membershipPort: membership[member], bindOnIP: '127.0.0.1' },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: {
        main: { sql: store(databases.main, 20) },
        visibility: { sql: store(databases.visibility, 5) },
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: {
      frontend: rpc(ports.frontend, 0),
      matching: rpc(matching, 1),
      history: rpc(history, 2),
      worker: rpc(worker, 3),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports.frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } },
    dynamicConfigClient: { filepath: dynamic, pollInterval: '10s' },
  };
}

function store(url: string, connections: number) {
  const { SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD, SQL_DATABASE } = sqlEnvironment(url);
  return {
    pluginName: 'postgres12',
    databaseName: SQL_DATABASE,
    connectAddr: `${SQL_HOST}:${SQL_PORT}`,
    connectProtocol: 'tcp',
    user: SQL_USER,
    password: SQL_PASSWORD,
    maxConns: connections,
    maxIdleConns: connections,
    maxConnLifetime: '1h',
  };
}
