/** Starts PostgreSQL and Temporal once for all suites that need them, in a temporary folder, and stops them at the end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { startDependencies } from '../../scripts/local/start-dependencies.ts';
import { ensureSearchAttributes } from '../../worker/search-attributes.ts';

/** Some suites have no worker at first, and a fresh server takes no cart before it knows the search attributes. */
async function prepareNamespace(address: string): Promise<void> {
  const connection = await NativeConnection.connect({ address });
  await ensureSearchAttributes(connection, 'default');
  await connection.close();
}

export default async function startServers(): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cartwright-test-'));
  const servers = await startDependencies({ dataDir, isVerbose: true });
  await prepareNamespace(servers.temporalAddress);
  process.env.TEST_DATABASE_URL = servers.databaseUrl;
  process.env.TEMPORAL_ADDRESS = servers.temporalAddress;
  return async () => {
    await servers.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
