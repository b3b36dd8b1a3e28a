/**
 * `npm run test:races`: the full series. `--races` go straight at the database; the others through the whole system, of which one is started.
 * Named ones only, where any is named. One line of figures for each series, and one for each fault.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { endAtOnce } from '../../scripts/local/end-at-once.ts';
import { startDependencies } from '../../scripts/local/start-dependencies.ts';
import { openTemporaryFolder } from '../../scripts/local/temporary-folder.ts';
import { createTestDatabase } from '../support/database.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { runCheckoutRounds } from './run-checkout-rounds.ts';
import { runPayments } from './run-payments.ts';
import { runRaces } from './run-races.ts';
import { runStockRaces } from './run-stock-races.ts';
import { SERIES_ENVIRONMENT, type SeriesOptions } from './series.ts';
import { type Line, lineOfPayments, lineOfRounds, lineOfStockRaces } from './report.ts';

const FULL = { races: 1_000, stockRaces: 1_000, checkoutRounds: 500, payments: 2_000 };

const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
};

interface Options extends Partial<typeof FULL> {
  seed: number;
  kills: number;
}

const options = new Command('npm run test:races --')
  .option('--races <n>', `straight at the database (all: ${FULL.races})`, whole)
  .option('--stock-races <n>', `for stock, over HTTP (all: ${FULL.stockRaces})`, whole)
  .option('--checkout-rounds <n>', `ten checkouts of one cart at once (all: ${FULL.checkoutRounds})`, whole)
  .option('--payments <n>', `with repeated and permuted events (all: ${FULL.payments})`, whole)
  .option('--kills <n>', 'parts of the system killed per minute', whole, 3)
  .option('--seed <n>', 'of the random choices; printed, to be given again', whole, Date.now() % 1_000_000)
  .parse()
  .opts<Options>();

const isNamed = Object.keys(FULL).some((name) => name in options);
const sizes = isNamed
  ? { races: 0, stockRaces: 0, checkoutRounds: 0, payments: 0, ...options }
  : { ...FULL, ...options };
const { seed, kills } = sizes;

/** Says now and then how far it is. */
function progress(what: string, count: number): (done: number) => void {
  const startedAt = Date.now();
  const every = Math.max(1, Math.round(count / 20));
  return (done) => {
    if (done % every === 0)
      console.log(`  ${done} ${what}, ${Math.round((Date.now() - startedAt) / 1_000)} s`);
  };
}

function print({ line, faults }: Line): void {
  for (const fault of faults) console.log(`FAULT ${fault}`);
  console.log(line);
  if (faults.length > 0) process.exitCode = 1;
}

async function raceAtDatabase(count: number): Promise<void> {
  const folder = openTemporaryFolder('races');
  const servers = await startDependencies({ dataDir: folder.path, isVerbose: false });
  try {
    process.env.TEST_DATABASE_URL = servers.databaseUrl;
    const database = await createTestDatabase({});
    const onRace = progress('races at the database', count);
    const { faults, ...figures } = await runRaces({ url: database.url, races: count, seed, onRace });
    print({ line: `${count} races at the database: ${JSON.stringify(figures)}`, faults });
  } finally {
    // With the server its databases go, too.
    await servers.stop();
    folder.remove();
  }
}

const LOGS = '.build/races.log';

function keepLogs(stack: TestStack): void {
  mkdirSync(path.dirname(LOGS), { recursive: true });
  writeFileSync(LOGS, stack.logs());
  console.log(`What the parts of the system have written is in ${LOGS}.`);
}

async function raceThroughAll(): Promise<void> {
  const stack = await startTestStack({ environment: SERIES_ENVIRONMENT });
  const series = (count: number, what: string): SeriesOptions => ({
    stack,
    count,
    seed,
    killsPerMinute: kills,
    onDone: progress(what, count),
  });
  const { stockRaces, checkoutRounds, payments } = sizes;
  try {
    if (stockRaces > 0) print(lineOfStockRaces(await runStockRaces(series(stockRaces, 'races for stock'))));
    if (checkoutRounds > 0) print(lineOfRounds(await runCheckoutRounds(series(checkoutRounds, 'rounds'))));
    if (payments > 0) print(lineOfPayments(await runPayments(series(payments, 'payments'))));
  } catch (error) {
    process.exitCode = 1;
    throw error;
  } finally {
    if (process.exitCode === 1) keepLogs(stack);
    await stack.stop();
  }
}

endAtOnce();
console.log(`seed ${seed}, ${kills} kills per minute`);
try {
  if (sizes.races > 0) await raceAtDatabase(sizes.races);
  if (sizes.stockRaces + sizes.checkoutRounds + sizes.payments > 0) await raceThroughAll();
} catch (error) {
  console.log('the series were broken off:', error);
  // Other lanes would go on asking a system that is gone.
  process.exit(1);
}
