/** Starts PostgreSQL and Temporal once for all suites that need them, in a temporary folder, and stops them at the end, even that of a killed vitest. */
import { NativeConnection } from '@temporalio/worker';
import postgres from 'postgres';
import { openDataFolder } from '../../scripts/local/data-folder.ts';
import { SUPERUSER } from '../../scripts/local/postgres-cluster.ts';
import { readSecrets } from '../../scripts/local/secrets.ts';
import { startDependencies } from '../../scripts/local/start-dependencies.ts';
import { openTemporaryFolder } from '../../scripts/local/temporary-folder.ts';
import { ensureSearchAttributes } from '../../worker/search-attributes.ts';

/** Some suites have no worker at first, and a fresh server takes no cart before it knows the search attributes. */
async function prepareNamespace(address: string): Promise<void> {
  const connection = await NativeConnection.connect({ address });
  await ensureSearchAttributes(connection, 'default');
  await connection.close();
}

/**
 * This server ends with the run and has no power cut to survive: nothing waits for the disk, least of all the hundreds of databases that
 * come and go. What a crash leaves behind is tested on servers of their own. One that is yours (DATABASE_URL) stays as it is.
 */
async function neverWaitForTheDisk(databaseUrl: string, dataDir: string): Promise<void> {
  if (process.env.DATABASE_URL) return;
  const url = new URL(databaseUrl);
  url.username = SUPERUSER;
  url.password = readSecrets(openDataFolder(dataDir)).SUPERUSER_PASSWORD;
  url.pathname = '/postgres';
  const sql = postgres(url.href, { max: 1 });
  await sql`ALTER SYSTEM SET fsync = off`;
  await sql`ALTER SYSTEM SET full_page_writes = off`;
  await sql`SELECT pg_reload_conf()`;
  await sql.end();
}

export default async function startServers(): Promise<() => Promise<void>> {
  const folder = openTemporaryFolder('test');
  const servers = await startDependencies({ dataDir: folder.path, isVerbose: true });
  await neverWaitForTheDisk(servers.databaseUrl, folder.path);
  await prepareNamespace(servers.temporalAddress);
  process.env.TEST_DATABASE_URL = servers.databaseUrl;
  process.env.TEMPORAL_ADDRESS = servers.temporalAddress;
  return async () => {
    await servers.stop();
    folder.remove();
  };
}
