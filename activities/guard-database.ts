/**
 * Turns errors of the database into failures that Temporal may store: a message of ours, never a connection string, an address or
 * the content of a row.
 */
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { isUnavailable } from '../database/client.ts';

/** The part of a pino logger that is needed here. */
export interface DatabaseLog {
  error(fields: object, message: string): void;
}

/** What a database error says about itself without quoting rows: `detail` and `where` would. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { reason: String(error) };
  const { code, constraint_name, table_name, column_name } = error as Error & Record<string, unknown>;
  return { reason: error.message, code, constraint: constraint_name, table: table_name, column: column_name };
}

export type DatabaseGuard = <T>(activity: string, context: object, run: () => Promise<T>) => Promise<T>;

/** Runs an activity's body; rejects only with ApplicationFailures, and where it is cancelled. */
export const createDatabaseGuard =
  (log?: DatabaseLog): DatabaseGuard =>
  async (activity, context, run) => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ApplicationFailure || error instanceof CancelledFailure) throw error;
      if (isUnavailable(error)) {
        throw ApplicationFailure.create({
          message: 'The database is out of reach',
          type: 'DatabaseUnavailable',
        });
      }
      log?.error(
        { activity, ...context, ...describe(error) },
        'an activity failed in a way that it never should',
      );
      throw ApplicationFailure.create({
        message: `${activity} failed; the worker's log says why`,
        type: 'DatabaseFault',
        nonRetryable: true,
      });
    }
  };
