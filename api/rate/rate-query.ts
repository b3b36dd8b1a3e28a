/** PostgreSQL as the limiter's store: our driver behind the one method that the limiter calls, with a short patience and a pause after a failure. */
import type { Sql } from '../../database/client.ts';

export interface StoreParts {
  sql: Sql;
  /** Told once for each outage. */
  onAway: (error: unknown) => void;
  /** Ms that one statement may take. */
  patienceMs?: number;
  /** Ms for which the store is left alone after it failed. */
  pauseMs?: number;
}

interface Statement {
  text: string;
  values: unknown[];
}

async function within<T>(work: Promise<T>, patienceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${patienceMs} ms.`)), patienceMs);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** What the limiter takes for a client of node-postgres. Rejects at once during the pause, so that nobody waits for an absent store. */
export function createQuery({ sql, onAway, patienceMs = 250, pauseMs = 2_000 }: StoreParts) {
  // Zero: it answers.
  let awayUntil = 0;
  return async ({ text, values }: Statement): Promise<{ rows: unknown[]; rowCount: number }> => {
    if (performance.now() < awayUntil) throw new Error('The store of the rate limits is being left alone.');
    // After the pause one statement tries for all.
    if (awayUntil > 0) awayUntil = performance.now() + pauseMs;
    const running = sql.unsafe(text, values as never[], { prepare: true });
    running.catch(() => undefined);
    try {
      const rows = await within(running, patienceMs);
      awayUntil = 0;
      return { rows: [...rows], rowCount: rows.count };
    } catch (error) {
      if (awayUntil === 0) onAway(error);
      awayUntil = performance.now() + pauseMs;
      throw error;
    }
  };
}
