/** How the parts are, for operators: what answers and how fast, who works, how far the read model is behind, what runs by the clock. */
import { type OpenAlarms, readOpenAlarms } from '../../database/alarms.ts';
import { readBacklog } from '../../database/outbox.ts';
import { readPublishLag } from '../../database/publish-lag.ts';
import type { OperatorParts } from './operator-parts.ts';

const LAG_WINDOW_MS = 15 * 60_000;

/** The read model of a healthy shop follows in milliseconds; a p95 above this deserves a look. */
const LAG_LIMIT_MS = 2_000;

/** Mails go within seconds of being due; without a mail server (SMTP_URL) they wait here. */
const MAIL_LIMIT_MS = 10 * 60_000;

/** What was asked, and how long the answer took; undefined where none came. */
async function timed<T>(ask: () => Promise<T>): Promise<{ value: T | undefined; latencyMs: number }> {
  const startedAt = performance.now();
  const value = await ask().catch(() => undefined);
  return { value, latencyMs: Math.round(performance.now() - startedAt) };
}

const alarmProblem = ({ kind, count }: OpenAlarms): string =>
  `${count === 1 ? 'One alarm waits' : `${count} alarms wait`} for a person: ${kind}.`;

export async function readHealth(parts: OperatorParts) {
  const [database, mails, alarms, temporal] = await Promise.all([
    timed(() => readPublishLag(parts.sql, LAG_WINDOW_MS)),
    timed(() => readBacklog(parts.sql)),
    timed(() => readOpenAlarms(parts.sql)),
    timed(() => parts.gateway.health()),
  ]);
  const lag = database.value;
  const problems = [
    ...(lag ? [] : ['The database does not answer.']),
    ...(temporal.value ? [] : ['Temporal does not answer.']),
    ...(temporal.value?.workers.length === 0 ? ['No worker asks for work: carts stand still.'] : []),
    ...((lag?.p95Ms ?? 0) > LAG_LIMIT_MS ? ['The read model is behind its carts.'] : []),
    ...((mails.value?.oldestDueMs ?? 0) > MAIL_LIMIT_MS ? ['Mails are not sent.'] : []),
    ...(alarms.value ?? []).map(alarmProblem),
    ...(temporal.value?.schedules ?? [])
      .filter(({ isPaused }) => isPaused)
      .map(({ id }) => `The schedule ${id} is paused.`),
  ];
  return {
    status: problems.length === 0 ? ('ok' as const) : ('degraded' as const),
    problems,
    database: { isReachable: lag !== undefined, latencyMs: database.latencyMs },
    temporal: { isReachable: temporal.value !== undefined, latencyMs: temporal.latencyMs },
    workers: temporal.value?.workers ?? [],
    publishLag: lag ?? null,
    mails: mails.value ?? null,
    alarms: alarms.value ?? null,
    schedules: temporal.value?.schedules ?? [],
  };
}
