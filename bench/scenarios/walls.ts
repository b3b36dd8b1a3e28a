/**
 * Two things in PostgreSQL that end before the processors do: commits that notify take turns, and each row of Temporal's visibility
 * table drags its many indexes along. docs/concepts/scaling.md builds on both.
 */
import type { Sql } from '../../database/client.ts';
import type { Block } from '../stage/alternate.ts';
import { alternate } from '../stage/alternate.ts';
import type { Figure, Round } from '../figure.ts';
import { connectAsSuperuser } from '../measure/database-usage.ts';
import type { Scenario } from '../scenario.ts';
import { makeCarts } from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

const CLIENTS = 40;

async function commitsPerSecond(
  sql: Sql,
  commit: () => Promise<unknown>,
  durationMs: number,
): Promise<Block> {
  const begin = performance.now();
  let commits = 0;
  const client = async () => {
    for (; performance.now() - begin < durationMs; commits += 1) await commit();
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const wallMs = performance.now() - begin;
  await sql`TRUNCATE bench_walls`;
  return { value: (commits * 1_000) / wallMs, detail: { commits, wallMs } };
}

async function notifying(stage: Stage): Promise<Figure> {
  const sql = connectAsSuperuser(stage.data, stage.databaseUrl, 'cartwright', CLIENTS);
  const durationMs = stage.size(3_000, 1_000);
  try {
    await sql`CREATE TABLE IF NOT EXISTS bench_walls (id bigserial PRIMARY KEY, body text)`;
    const withNotify = () => sql`
      WITH written AS (INSERT INTO bench_walls (body) VALUES ('x') RETURNING id)
      SELECT pg_notify('bench', id::text) FROM written`;
    const without = () => sql`INSERT INTO bench_walls (body) VALUES ('x') RETURNING id`;
    return {
      title: `Commits of one row with NOTIFY, ${CLIENTS} connections`,
      unit: '/s',
      rounds: await alternate(
        stage.rounds,
        () => commitsPerSecond(sql, withNotify, durationMs),
        () => commitsPerSecond(sql, without, durationMs),
      ),
      baseline: 'the same without NOTIFY',
    };
  } finally {
    await sql`DROP TABLE IF EXISTS bench_walls`;
    await sql.end({ timeout: 5 });
  }
}

/** Copies of one cart's row under other names, with start times over ninety days as in a living shop. */
async function copyVisibilityRows(sql: Sql, count: number): Promise<void> {
  const columns = await sql<{ name: string }[]>`
    SELECT column_name AS name FROM information_schema.columns
    WHERE table_name = 'executions_visibility' AND is_generated = 'NEVER' ORDER BY ordinal_position`;
  const made: Record<string, string> = {
    run_id: 'gen_random_uuid()::text',
    workflow_id: "'cart:g:' || substr(md5(random()::text), 1, 22)",
    start_time: "now() - random() * interval '90 days'",
    execution_time: "now() - random() * interval '90 days'",
  };
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const values = columns.map(({ name }) => made[name] ?? `source."${name}"`).join(', ');
  await sql.unsafe(`INSERT INTO executions_visibility (${names}) SELECT ${values}
    FROM (SELECT * FROM executions_visibility WHERE workflow_type_name = 'cartWorkflow' LIMIT 1) AS source,
      generate_series(1, ${count})`);
}

interface Weight {
  disk: number;
  wal: number;
}

async function weigh(sql: Sql): Promise<Weight> {
  const [weight] = await sql<Weight[]>`
    SELECT pg_total_relation_size('executions_visibility')::bigint AS disk,
      (pg_current_wal_insert_lsn() - '0/0')::bigint AS wal`;
  return weight as Weight;
}

async function visibility(stage: Stage): Promise<Figure[]> {
  const sql = connectAsSuperuser(stage.data, stage.databaseUrl, 'temporal_visibility', 1);
  const count = stage.size(20_000, 2_000);
  try {
    await makeCarts(stage, 5);
    await copyVisibilityRows(sql, count);
    const before = await weigh(sql);
    // In statements of a hundred: one large one would spare most of the index work that single carts cause.
    for (let done = 0; done < count; done += 100) await copyVisibilityRows(sql, 100);
    const after = await weigh(sql);
    const round = (key: keyof Weight): Round => ({ ours: (after[key] - before[key]) / count / 1_000 });
    return [
      { title: 'Visibility row of one cart, with its indexes', unit: 'KB', rounds: [round('disk')] },
      { title: 'Log written for a visibility row', unit: 'KB', rounds: [round('wal')] },
    ];
  } finally {
    await sql.end({ timeout: 5 });
  }
}

export const walls: Scenario = {
  id: 'walls',
  title: 'What ends first in PostgreSQL',
  run: async (stage) => [await notifying(stage), ...(await visibility(stage))],
};
