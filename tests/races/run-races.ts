/** A series of races on one database, and what must be true after it. */
import { connect, type Sql } from '../../database/client.ts';
import { releaseOverdue } from '../../database/reservations.ts';
import { createDice } from '../chaos/random.ts';
import { auditBooks } from './audit-books.ts';
import { addSku, createRacingWorker, runRace } from './race.ts';
import { startKiller, startReferee } from './referee.ts';

const UNITS = [1, 2, 10, 100];
const SIDES = ['RACE-SIDE-0', 'RACE-SIDE-1', 'RACE-SIDE-2'];

export interface RacesOptions {
  url: string;
  races: number;
  seed: number;
  /** Told after each race. */
  onRace?: (done: number) => void;
}

export interface RacesReport {
  races: number;
  buyers: number;
  orders: number;
  refused: number;
  retries: number;
  kills: number;
  samples: number;
  /** Sentences; empty when all is well. */
  faults: string[];
}

/** What is left behind must be nothing but sold units and their orders. */
async function auditEnd(sql: Sql): Promise<string[]> {
  await releaseOverdue(sql, { graceMs: -120_000, limit: 100_000 });
  return await auditBooks(sql);
}

export async function runRaces({ url, races, seed, onRace }: RacesOptions): Promise<RacesReport> {
  const dice = createDice(seed);
  const worker = createRacingWorker(url);
  const admin = connect(url, { max: 4, name: 'referee', statementTimeoutMs: 30_000 });
  for (const side of SIDES) await addSku(admin, side, 1_000_000);
  const referee = startReferee(admin);
  const stopKiller = startKiller(admin, 40);
  const report = { races, buyers: 0, orders: 0, refused: 0, retries: 0, kills: 0, samples: 0 };
  const faults: string[] = [];
  for (let index = 0; index < races; index += 1) {
    const name = `${seed}-${index}`;
    const units = UNITS[index % UNITS.length] ?? 1;
    const buyers = dice.whole(8, 64);
    referee.expectInitial(`RACE-${name}`, units);
    const result = await runRace({ worker, admin, name, units, buyers, dice });
    const due = Math.min(units, result.wanted);
    if (result.sold !== due)
      faults.push(`race ${name}: ${result.sold} of ${units} sold to ${result.wanted} who wanted one`);
    report.buyers += buyers;
    report.orders += result.sold;
    report.refused += result.refused;
    report.retries += result.retries;
    onRace?.(index + 1);
  }
  report.kills = await stopKiller();
  const { samples, violations } = await referee.stop();
  faults.push(...violations, ...(await auditEnd(admin)));
  await Promise.all([worker.end(), admin.end({ timeout: 2 })]);
  return { ...report, samples, faults };
}
