/** What an outage of PostgreSQL comes to: the answer, or something that one goes without. */
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

/** Undefined while PostgreSQL is away, for what somebody else knows as well or what one can do without. Rejects with whatever else went wrong. */
export async function unlessAway<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isUnavailable(error)) return undefined;
    throw error;
  }
}
