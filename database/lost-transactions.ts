/**
 * Mends transactions of the driver (postgres 3.4.9) that lose their connection: it sends their ROLLBACK, or their next statement, into a socket
 * that is gone. That is an uncaught exception, which ends the process, and what was not sent damages the connection that takes its place.
 * Here nothing is sent any more once the loss is known; whoever waits hears CONNECTION_CLOSED. A statement that is written in the very turn in which
 * the socket closes, before anybody is told, is not caught by this.
 */
import type { Sql } from './client.ts';

/** Codes of the driver and of sockets, and the ways in which PostgreSQL ends a session (SQLSTATE 57P01 to 57P05). */
const LOSS = /^(CONNECTION_|ECONN|EPIPE$|ETIMEDOUT$|57P0[1-5]$)/;

const isLoss = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && LOSS.test(error.code);

type Transaction = (...args: unknown[]) => unknown;
type Run = (transaction: Transaction) => unknown;
type Begin = (...args: unknown[]) => Promise<unknown>;

/** `begin` has been told of the loss by then, and has rejected; its work is forgotten. */
const forEver = (): Promise<never> => new Promise(() => undefined);

function lastingBegin(begin: Begin): Begin {
  return (...args) => {
    const run = args.pop() as Run;
    let loss: unknown;
    const outcome = begin(...args, async (transaction: Transaction) => {
      const guarded = new Proxy(transaction, {
        apply(target, self, statement) {
          if (loss !== undefined) throw loss;
          return Reflect.apply(target, self, statement) as unknown;
        },
      });
      try {
        const result = await run(guarded);
        return loss === undefined ? result : await forEver();
      } catch (error) {
        if (loss !== undefined || isLoss(error)) return await forEver();
        throw error;
      }
    });
    outcome.catch((error: unknown) => {
      loss = error;
    });
    return outcome;
  };
}

/** The same pool, whose transactions end with an error when their connection does. */
export const withLostTransactions = (sql: Sql): Sql =>
  new Proxy(sql, {
    get: (target, name) =>
      name === 'begin'
        ? lastingBegin(target.begin.bind(target) as Begin)
        : (Reflect.get(target, name) as unknown),
  });
