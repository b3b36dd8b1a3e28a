/** Routes that have nothing to say without PostgreSQL: its outage is the answer. */
import { isUnavailable } from '../database/client.ts';
import { Problem } from './problem.ts';

/** Rejects with `dependency_unavailable` while PostgreSQL is away, and with whatever else went wrong. */
export async function fromDatabase<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new Problem('dependency_unavailable', 'The database is out of reach at the moment.', {
      cause: error,
    });
  }
}
