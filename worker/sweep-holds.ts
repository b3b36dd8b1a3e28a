/**
 * The safety net behind the checkouts' own timers: every worker looks for holds that are overdue, so that no unit stays held when a checkout
 * was lost. Several workers at once are fine.
 */
import { isUnavailable, type Sql } from '../database/client.ts';
import { releaseOverdue } from '../database/reservations.ts';

export interface SweepLog {
  warn(fields: object, message: string): void;
}

const EVERY_MS = 10_000;

/** The checkout's own timer goes first. */
const GRACE_MS = 2_000;
const LIMIT = 500;

/** One sweep. A hold that is found here means that a checkout did not do its duty: that is worth a line in the log. Never rejects. */
export async function sweepHolds(sql: Sql, log: SweepLog): Promise<string[]> {
  try {
    const released = await releaseOverdue(sql, { graceMs: GRACE_MS, limit: LIMIT });
    if (released.length > 0) log.warn({ checkouts: released }, 'overdue holds were given back');
    return released;
  } catch (error) {
    if (!isUnavailable(error)) log.warn({ reason: String(error) }, 'overdue holds could not be given back');
    return [];
  }
}

/** Sweeps until the returned function is called. A sweep that takes long is never overtaken by the next. */
export function startSweeping(sql: Sql, log: SweepLog): () => void {
  let isSweeping = false;
  const timer = setInterval(() => {
    if (isSweeping) return;
    isSweeping = true;
    void sweepHolds(sql, log).finally(() => {
      isSweeping = false;
    });
  }, EVERY_MS).unref();
  return () => clearInterval(timer);
}
