/** What PostgreSQL has written so far, and what lies in it: for the cart's own database and Temporal's two. */
import { type Sql, connect } from '../../database/client.ts';
import { openDataFolder } from '../../scripts/local/data-folder.ts';
import { SUPERUSER } from '../../scripts/local/postgres-cluster.ts';
import { readSecrets } from '../../scripts/local/secrets.ts';
import { pause } from '../../scripts/local/wait-until.ts';

const DATABASES = ['cartwright', 'temporal', 'temporal_visibility'] as const;

/** Idle backends report what they did within ten seconds. */
const REPORT_WITHIN_MS = 11_000;

export interface TableUsage {
  /** `database.table`. */
  name: string;
  inserted: number;
  updated: number;
  deleted: number;
  rows: number;
  /** Of the live rows, without page overhead and indexes. */
  rowBytes: number;
  /** On disk, with indexes and space that is free for reuse. */
  diskBytes: number;
}

export interface DatabaseUsage {
  /** When it was looked at, in ms; between two looks: the time that passed. */
  at: number;
  walBytes: number;
  /** Whole pages written to the log because they were touched for the first time after a checkpoint; 8 KB each at most. */
  walFullPages: number;
  commits: number;
  tables: TableUsage[];
}

/** Waits until all backends have reported, then looks. Needs the stack's own PostgreSQL (its superuser). */
export async function databaseUsage(data: string, databaseUrl: string): Promise<DatabaseUsage> {
  await pause(REPORT_WITHIN_MS);
  const pools = DATABASES.map((name) => connectAsSuperuser(data, databaseUrl, name, 1));
  try {
    const [first] = pools as [Sql];
    const [wal] = await first<{ bytes: string; pages: number }[]>`
      SELECT wal_bytes::text AS bytes, wal_fpi AS pages FROM pg_stat_wal`;
    const [{ commits } = { commits: 0 }] = await first<{ commits: number }[]>`
      SELECT sum(xact_commit)::bigint AS commits FROM pg_stat_database WHERE datname = ANY(${[...DATABASES]})`;
    const tables = await Promise.all(pools.map((sql, index) => tablesOf(sql, DATABASES[index] as string)));
    return {
      at: Date.now(),
      walBytes: Number(wal?.bytes),
      walFullPages: wal?.pages ?? 0,
      commits,
      tables: tables.flat(),
    };
  } finally {
    await Promise.all(pools.map((sql) => sql.end({ timeout: 1 })));
  }
}

/** A pool of the superuser of the stack's own PostgreSQL. */
export function connectAsSuperuser(data: string, databaseUrl: string, database: string, max: number): Sql {
  const { SUPERUSER_PASSWORD } = readSecrets(openDataFolder(data));
  const access = { username: SUPERUSER, password: SUPERUSER_PASSWORD, pathname: `/${database}` };
  const url = Object.assign(new URL(databaseUrl), access).href;
  return connect(url, { max, name: 'bench-measure', statementTimeoutMs: 60_000 });
}

async function tablesOf(sql: Sql, database: string): Promise<TableUsage[]> {
  const tables = await sql<
    { name: string; inserted: number; updated: number; deleted: number; diskBytes: number }[]
  >`
    SELECT relname AS name, n_tup_ins AS inserted, n_tup_upd AS updated, n_tup_del AS deleted,
      pg_total_relation_size(relid) AS "diskBytes"
    FROM pg_stat_user_tables`;
  const usages: TableUsage[] = [];
  for (const table of tables) {
    const [live] = await sql<{ rows: number; bytes: number }[]>`
      SELECT count(*)::bigint AS rows, COALESCE(sum(pg_column_size(t.*)), 0)::bigint AS bytes FROM ${sql(table.name)} AS t`;
    usages.push({
      ...table,
      name: `${database}.${table.name}`,
      rows: live?.rows ?? 0,
      rowBytes: live?.bytes ?? 0,
    });
  }
  return usages;
}

/** What came on top between two looks. Tables without any change are left out. */
export function difference(before: DatabaseUsage, after: DatabaseUsage): DatabaseUsage {
  const former = new Map(before.tables.map((table) => [table.name, table]));
  const tables = after.tables.map((table) => {
    const then = former.get(table.name);
    const less = (key: Exclude<keyof TableUsage, 'name'>) => table[key] - (then?.[key] ?? 0);
    return {
      name: table.name,
      inserted: less('inserted'),
      updated: less('updated'),
      deleted: less('deleted'),
      rows: less('rows'),
      rowBytes: less('rowBytes'),
      diskBytes: less('diskBytes'),
    };
  });
  return {
    at: after.at - before.at,
    walBytes: after.walBytes - before.walBytes,
    walFullPages: after.walFullPages - before.walFullPages,
    commits: after.commits - before.commits,
    tables: tables.filter(
      (table) => table.inserted + table.updated + table.deleted + Math.abs(table.diskBytes) > 0,
    ),
  };
}

/** Takes off what the idle servers would have written in the same time anyway. */
export function withoutIdle(written: DatabaseUsage, idle: DatabaseUsage): DatabaseUsage {
  const share = written.at / idle.at;
  return {
    ...written,
    walBytes: written.walBytes - idle.walBytes * share,
    walFullPages: written.walFullPages - idle.walFullPages * share,
    commits: written.commits - idle.commits * share,
  };
}
