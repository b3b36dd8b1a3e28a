/** `npm run test:races -- --races 1000 --seed 1`: the full series, on a PostgreSQL of its own; one line of figures, and one for each fault. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { startDependencies } from '../../scripts/local/start-dependencies.ts';
import { createTestDatabase } from '../support/database.ts';
import { runRaces } from './run-races.ts';

const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
};

const { races, seed } = new Command('npm run test:races --')
  .option('--races <n>', 'how many', whole, 1_000)
  .option('--seed <n>', 'of the random choices; printed, to be given again', whole, Date.now() % 1_000_000)
  .parse()
  .opts<{ races: number; seed: number }>();

const dataDir = await mkdtemp(path.join(tmpdir(), 'cartwright-races-'));
const servers = await startDependencies({ dataDir, isVerbose: false });
process.env.TEST_DATABASE_URL = servers.databaseUrl;
const database = await createTestDatabase({});
const startedAt = Date.now();
try {
  console.log(`${races} races, seed ${seed}`);
  const onRace = (done: number) => {
    if (done % 50 === 0) console.log(`${done} races, ${Math.round((Date.now() - startedAt) / 1_000)} s`);
  };
  const { faults, ...figures } = await runRaces({ url: database.url, races, seed, onRace });
  for (const fault of faults) console.log(`FAULT ${fault}`);
  console.log(JSON.stringify({ ...figures, seconds: Math.round((Date.now() - startedAt) / 1_000) }));
  console.log(faults.length === 0 ? 'no faults' : `${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
} catch (error) {
  console.log('the races were broken off:', error);
  process.exitCode = 1;
} finally {
  // With the server its databases go, too.
  await servers.stop();
  await rm(dataDir, { recursive: true, force: true });
}
