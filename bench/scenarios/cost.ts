/**
 * What one operation costs, part by part: processor time, log and rows written. And what a cart leaves lying while nobody touches
 * it. docs/concepts/scaling.md carries these figures to a large cluster.
 */
import type { Figure } from '../figure.ts';
import type { HttpJob } from '../load/job.ts';
import { type DatabaseUsage, databaseUsage, difference, withoutIdle } from '../measure/database-usage.ts';
import { processorMs } from '../measure/process-usage.ts';
import { sum } from '../measure/statistics.ts';
import type { Scenario } from '../scenario.ts';
import { perSecond } from '../stage/alternate.ts';
import {
  addTo,
  bareRead,
  bareStart,
  bareUpdate,
  firstAdd,
  freshCounterIds,
  makeCarts,
  makeCounters,
  readOf,
} from '../stage/carts.ts';
import type { Stage } from '../stage/stage.ts';

interface Kind {
  name: string;
  isBare?: boolean;
  /** Rows and log are looked at as well; that takes ten seconds more. */
  writes: boolean;
  job: () => Promise<HttpJob>;
}

function kindsOf(stage: Stage): Kind[] {
  const [origin = ''] = stage.crew.origins();
  const loop = { clients: 10, durationMs: stage.size(8_000, 2_000) };
  const births = stage.size(500, 100);
  return [
    {
      name: 'add to a cart',
      writes: true,
      job: async () => ({ requests: (await makeCarts(stage, 50)).map((cart) => addTo(origin, cart)), loop }),
    },
    {
      name: 'new cart + first add',
      writes: true,
      job: async () => ({ requests: [firstAdd(origin)], loop: { clients: 10, count: births } }),
    },
    {
      name: 'read a cart',
      writes: false,
      job: async () => ({ requests: (await makeCarts(stage, 50)).map((cart) => readOf(origin, cart)), loop }),
    },
    {
      name: 'bare update',
      isBare: true,
      writes: true,
      job: async () => ({
        requests: (await makeCounters(stage, 50)).map((id) => bareUpdate(stage, id)),
        loop,
      }),
    },
    {
      name: 'bare read',
      isBare: true,
      writes: false,
      job: async () => ({
        requests: (await makeCarts(stage, 50)).map((cart) => bareRead(stage, cart)),
        loop,
      }),
    },
    {
      name: 'bare update-with-start',
      isBare: true,
      writes: true,
      job: async () => ({
        requests: freshCounterIds(births).map((id) => bareStart(stage, id)),
        loop: { clients: 10, count: births },
      }),
    },
  ];
}

const PARTS = ['API', 'worker', 'Temporal', 'PostgreSQL'] as const;

function pids({ crew, bare }: Stage, isBare: boolean): number[] {
  const own = isBare ? [bare.apiPid, bare.workerPid] : [crew.pid('api-1'), crew.pid('worker-1')];
  return [...own, crew.pid('temporal'), crew.pid('postgres')];
}

async function measure(stage: Stage, kind: Kind, idle: DatabaseUsage): Promise<Figure[]> {
  const job = await kind.job();
  const before = kind.writes ? await databaseUsage(stage.data, stage.databaseUrl) : undefined;
  const processes = pids(stage, kind.isBare === true);
  const start = processes.map(processorMs);
  const result = await stage.http(job);
  const used = processes.map((pid, index) => (processorMs(pid) - (start[index] ?? 0)) / result.ok);
  const after = before && (await databaseUsage(stage.data, stage.databaseUrl));
  const written = before && after && withoutIdle(difference(before, after), idle);
  const cost = Object.fromEntries(PARTS.map((part, index) => [part, used[index]]));
  return [
    {
      title: `Processor time: ${kind.name}`,
      unit: 'ms',
      rounds: [{ ours: sum(used), detail: { cost, operations: result.ok, perSecond: perSecond(result) } }],
      notes: [
        `${kind.name}: ${PARTS.map((part, index) => `${part} ${used[index]?.toFixed(2)} ms`).join(', ')}`,
      ],
    },
    ...(written ? [writtenFigure(kind.name, written, result.ok)] : []),
  ];
}

function writtenFigure(name: string, written: DatabaseUsage, operations: number): Figure {
  const per = (value: number) => Math.round((value / operations) * 100) / 100;
  const tables = written.tables.map((table) => ({
    table: table.name,
    inserted: per(table.inserted),
    updated: per(table.updated),
    deleted: per(table.deleted),
    rows: per(table.rows),
    rowBytes: Math.round(table.rowBytes / operations),
    diskBytes: Math.round(table.diskBytes / operations),
  }));
  const busy = tables.filter(({ inserted, updated, deleted }) => inserted + updated + deleted >= 0.05);
  const total = (key: 'rows' | 'rowBytes' | 'diskBytes') => sum(tables.map((table) => table[key]));
  return {
    title: `Log written: ${name}`,
    unit: 'KB',
    rounds: [
      {
        ours: written.walBytes / operations / 1_000,
        detail: { commits: per(written.commits), fullPages: per(written.walFullPages), tables: busy },
      },
    ],
    notes: [
      `${name}: ${per(written.commits)} commits, ${per(written.walFullPages)} full pages in the log; ` +
        `stays ${total('rows').toFixed(1)} rows, ${total('rowBytes')} bytes in rows, ${total('diskBytes')} bytes on disk`,
      ...busy.map(
        ({ table, inserted, updated, deleted, rowBytes }) =>
          `${name}: ${table} +${inserted} ~${updated} -${deleted} rows, ${rowBytes} bytes stay`,
      ),
    ],
  };
}

export const cost: Scenario = {
  id: 'cost',
  title: 'Cost of one operation, part by part',
  async run(stage) {
    // Fills caches and empties queues; then the servers are watched while nobody asks them for anything.
    await makeCarts(stage, 20);
    const first = await databaseUsage(stage.data, stage.databaseUrl);
    const idle = difference(first, await databaseUsage(stage.data, stage.databaseUrl));
    const figures: Figure[] = [];
    for (const kind of kindsOf(stage)) figures.push(...(await measure(stage, kind, idle)));
    return figures;
  },
};
