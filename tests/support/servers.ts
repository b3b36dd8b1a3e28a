/** Starts PostgreSQL and Temporal once for all suites that need them, in a temporary folder, and stops them at the end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDependencies } from '../../scripts/local/start-dependencies.ts';

export default async function startServers(): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cartwright-test-'));
  const servers = await startDependencies({ dataDir, isVerbose: true });
  process.env.TEST_DATABASE_URL = servers.databaseUrl;
  process.env.TEMPORAL_ADDRESS = servers.temporalAddress;
  return async () => {
    await servers.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
