/** Looks on while others race: a connection of its own that asks all the time whether stock, reservations and orders agree. */
import { releaseOverdue } from '../../database/reservations.ts';
import { isUnavailable, type Sql } from '../../database/client.ts';
import { pause } from '../chaos/random.ts';

export interface Referee {
  /** Sees that every SKU of a race begins and ends with what it had. */
  expectInitial: (sku: string, units: number) => void;
  /** Stops looking; what was seen. */
  stop(): Promise<{ samples: number; violations: string[] }>;
}

/** Asks again where the connection was lost: on a crowded machine the referee's own may be, too. */
export async function steadily<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnavailable(error) || attempt === 20) throw error;
      await pause(attempt * 10);
    }
  }
}

async function look(sql: Sql, initial: ReadonlyMap<string, number>): Promise<string[]> {
  const mismatches = await sql`SELECT * FROM stock_mismatches`;
  const rows = await sql<
    { sku: string; initial: number }[]
  >`SELECT sku, initial FROM stock WHERE sku LIKE 'RACE-%'`;
  const moved = rows.filter((row) => (initial.get(row.sku) ?? row.initial) !== row.initial);
  return [...mismatches, ...moved].map((row) => JSON.stringify(row));
}

export interface RefereeOptions {
  /** Ms between two looks. */
  everyMs?: number;
  /** Sweeps overdue holds, where there is no worker to do it. */
  sweeps?: boolean;
}

export function startReferee(sql: Sql, { everyMs = 10, sweeps = true }: RefereeOptions = {}): Referee {
  const initial = new Map<string, number>();
  const violations: string[] = [];
  let samples = 0;
  let isStopped = false;
  const watching = (async () => {
    while (!isStopped) {
      violations.push(...(await steadily(() => look(sql, initial))));
      samples += 1;
      await pause(everyMs);
    }
  })();
  const sweeping = (async () => {
    while (sweeps && !isStopped) {
      await steadily(() => releaseOverdue(sql, { graceMs: 0, limit: 50 }));
      await pause(10);
    }
  })();
  return {
    expectInitial: (sku, units) => void initial.set(sku, units),
    async stop() {
      isStopped = true;
      await Promise.all([watching, sweeping]);
      return { samples, violations };
    },
  };
}

/**
 * Cuts one of the buyers' connections now and then, in the middle of what it does. Not while the driver (postgres 3.4.9) asks a new
 * connection for its types: it does not catch that, and the process would end.
 */
export function startKiller(sql: Sql, everyMs: number): () => Promise<number> {
  let isStopped = false;
  let kills = 0;
  const killing = (async () => {
    while (!isStopped) {
      await pause(everyMs);
      const cut = await steadily(
        () => sql`
        SELECT pg_terminate_backend(pid) FROM (
          SELECT pid FROM pg_stat_activity
          WHERE application_name = 'race' AND datname = current_database() AND state = 'active'
            AND query NOT LIKE '%pg_catalog.pg_type%'
          ORDER BY random() LIMIT 1) AS victim`,
      );
      kills += cut.count;
    }
  })();
  return async () => {
    isStopped = true;
    await killing;
    return kills;
  };
}
