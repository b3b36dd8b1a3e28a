/** Routes that have nothing to say without PostgreSQL: its outage is the answer. */
import { isUnavailable } from '../database/client.ts';
import { Problem } from './problem.ts';

/** Rejects with `dependency_unavailable` while PostgreSQL is away, and with whatever else went wrong. `detail`: what the caller goes without. */
export async function fromDatabase<T>(
  ask: () => Promise<T>,
  detail = 'The database is out of reach at the moment.',
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new Problem('dependency_unavailable', detail, { cause: error });
  }
}
